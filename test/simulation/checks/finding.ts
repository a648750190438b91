/** A property that a run broke. */
export class Finding extends Error {
  readonly property: string;

  constructor(property: string, detail: string) {
    super(`${property}: ${detail}`);
    this.name = "Finding";
    this.property = property;
  }
}

/** Throws a `Finding` of `property` unless `condition` holds. */
export function require(condition: boolean, property: string, detail: () => string): asserts condition {
  if (!condition) throw new Finding(property, detail());
}
