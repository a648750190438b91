import type { LogEntry } from "../log/types.ts";
import type { EntryKind } from "../raft/types.ts";

/** What a row is: a log's entry of its own kind, but that a change that trims is told apart. */
export type RowKind = Exclude<EntryKind, "command"> | LogEntry["kind"] | "trim";

interface RowTraits {
  /** What the row is to consensus. */
  readonly entry: EntryKind;
  /** What it does to the life of a log that it belongs to; null where it belongs to none. */
  readonly life: "begins" | "goes on" | "ends" | null;
  /** Whether readers of the log may see something else after it. */
  readonly touches: boolean;
}

/** All that the statements need to know of a kind. A row of another kind is damaged. */
const rowKinds = {
  noop: { entry: "noop", life: null, touches: false },
  configuration: { entry: "configuration", life: null, touches: false },
  create: { entry: "command", life: "begins", touches: true },
  append: { entry: "command", life: "goes on", touches: true },
  alter: { entry: "command", life: "goes on", touches: true },
  trim: { entry: "command", life: "goes on", touches: true },
  delete: { entry: "command", life: "ends", touches: true },
  document: { entry: "command", life: "goes on", touches: false },
} as const satisfies Readonly<Record<RowKind, RowTraits>>;

/** A batch and nothing else: the one kind that compaction need not look at, and that an index leaves out. */
export const PLAIN = "append" satisfies RowKind;

/** The traits of a kind as a row says it; null where no program of ours wrote that. */
export function traitsOf(kind: string): RowTraits | null {
  return Object.hasOwn(rowKinds, kind) ? rowKinds[kind as RowKind] : null;
}

/** A condition on the column `kind`: one of those that `isOne` says. */
export function kindIn(isOne: (traits: RowTraits) => boolean): string {
  const kinds = Object.entries(rowKinds).filter(([, traits]) => isOne(traits));
  return `kind IN (${kinds.map(([kind]) => `'${kind}'`).join(", ")})`;
}
