import type { LogEntry } from "../log/types.ts";
import type { EntryKind } from "../raft/types.ts";

/** The kind of a row: that of its log entry, but with a kind of its own for changes that trim. */
export type RowKind = Exclude<EntryKind, "command"> | LogEntry["kind"] | "trim";

interface RowTraits {
  /** The kind of the entry for consensus. */
  readonly entry: EntryKind;
  /** Its effect on the life of a log; null if it belongs to no log. */
  readonly life: "begins" | "goes on" | "ends" | null;
  /** Whether it may change what readers of the log see. */
  readonly touches: boolean;
}

/** The traits of each kind that the statements need. A row of another kind is damaged. */
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

/** Only a batch: the one kind that compaction can skip, and that an index leaves out. */
export const PLAIN = "append" satisfies RowKind;

/** The traits of a row's kind; null if this program knows no such kind. */
export function traitsOf(kind: string): RowTraits | null {
  return Object.hasOwn(rowKinds, kind) ? rowKinds[kind as RowKind] : null;
}

/** A condition on the column `kind`: one of the kinds for which `isOne` holds. */
export function kindIn(isOne: (traits: RowTraits) => boolean): string {
  const kinds = Object.entries(rowKinds).filter(([, traits]) => isOne(traits));
  return `kind IN (${kinds.map(([kind]) => `'${kind}'`).join(", ")})`;
}
