/** The platform has started another life of this object: the storage belongs to that one now. */
export class Superseded extends Error {}

/** `target`, all methods of which throw while `isForbidden`. */
export function guarded<T extends object>(target: T, isForbidden: () => boolean): T {
  const bound = new Map<PropertyKey, unknown>();
  return new Proxy(target, {
    get(_, key) {
      if (isForbidden()) throw new Superseded(`${String(key)} of the storage of a superseded object`);
      const known = bound.get(key);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const method: unknown = value.bind(target);
      bound.set(key, method);
      return method;
    },
  });
}
