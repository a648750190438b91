import type { NodeId } from "../../src/raft/types.ts";

/**
 * The fields that hold the number of a node, or several in any order. All maps and sets have such numbers as
 * keys.
 */
const nodeFields: ReadonlySet<string> = new Set([
  ...["id", "from", "to", "votedFor", "leader"],
  ...["voters", "outgoing", "learners", "leaving"],
]);

/** The name of a node in a text. */
export type Naming = (id: NodeId) => string;

/**
 * Gives equal values the same text, and different values different texts. The order of fields and maps does
 * not matter.
 */
export function textOf(value: unknown, name: Naming = String, field = ""): string {
  if (typeof value === "number" && nodeFields.has(field)) return name(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Set) return `<${textsOfNodes([...value], name)}>`;
  if (Array.isArray(value) && nodeFields.has(field)) return `<${textsOfNodes(value, name)}>`;
  if (field === "messages") return `<${textsInAnyOrder(value as readonly unknown[], name)}>`;
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, name)).join()}]`;
  return `{${value instanceof Map ? pairsOfMap(value, name) : pairsOfObject(value, name)}}`;
}

const textsOfNodes = (ids: readonly NodeId[], name: Naming): string => ids.map(name).sort().join();

/** Messages of one step may arrive in any order, so the order in which they were sent does not matter. */
const textsInAnyOrder = (values: readonly unknown[], name: Naming): string =>
  values
    .map((value) => textOf(value, name))
    .sort()
    .join();

const pairsOfMap = (map: ReadonlyMap<NodeId, unknown>, name: Naming): string =>
  Array.from(map, ([id, value]) => `${name(id)}=${textOf(value, name)}`)
    .sort()
    .join();

const pairsOfObject = (value: object, name: Naming): string =>
  Object.entries(value)
    .map(([key, item]) => `${key}=${textOf(item, name, key)}`)
    .sort()
    .join();

/** The same value with the nodes renumbered: node k becomes `numbers[k]`. */
export function renumbered<T>(value: T, numbers: readonly NodeId[]): T {
  return renumber(value, numbers, "") as T;
}

function renumber(value: unknown, numbers: readonly NodeId[], field: string): unknown {
  if (typeof value === "number" && nodeFields.has(field)) return numbers[value];
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (value instanceof Set) return new Set(Array.from(value, (id) => numbers[id]));
  if (Array.isArray(value)) return value.map((item) => renumber(item, numbers, field));
  if (value instanceof Map)
    return new Map(Array.from(value, ([id, item]) => [numbers[id], renumber(item, numbers, "")]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renumber(item, numbers, key)]));
}
