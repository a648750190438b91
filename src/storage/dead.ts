import { firstNeeded } from "../log/forks.ts";
import type { LogId } from "../log/types.ts";
import type { Life, LogView } from "../log/view.ts";
import type { Index, SnapshotMark } from "../raft/types.ts";
import type { PLAIN, RowKind } from "./row-kinds.ts";

/** A producer's last batch outlives its records by so long, ms: so long a retry of it is known as one. */
const producerMemoryMs = 7 * 24 * 3_600_000;

type MilestoneKind = Exclude<RowKind, typeof PLAIN>;

interface StateChange {
  readonly log: LogId;
  readonly name: string;
  readonly timestamp: number;
}

/** What is known of a row that is more than a batch, by its kind. */
interface Details {
  readonly noop: object;
  readonly configuration: object;
  readonly create: { readonly log: LogId; readonly name: string };
  readonly alter: StateChange;
  readonly trim: StateChange;
  readonly delete: StateChange;
  readonly document: { readonly log: LogId; readonly key: string };
}

/** A compacted row that is more than a batch. */
export type Milestone = {
  readonly [K in MilestoneKind]: { readonly index: Index; readonly kind: K } & Details[K];
}[MilestoneKind];

/** Batches of one life that nobody reads any more. */
export interface Unread {
  readonly log: LogId;
  /** Those that end at or before this record; infinite: all. */
  readonly until: number;
  /** Left alone though it may hold a batch: the row of the life's state. */
  readonly stateIndex: Index;
  /** A producer's last batch is left alone unless it was appended before this time; infinite: none is. */
  readonly producersBefore: number;
}

/** The compacted rows of a node, as far as it takes to remove the dead ones. */
export interface CompactedRows {
  /** The first row in (after, upTo] that is more than a batch. */
  next(after: Index, upTo: Index): Milestone | null;
  /** The newest life of a name that has a row before `index`. */
  lifeBefore(name: string, index: Index): LogId | null;
  configurationBefore(index: Index): Index | null;
  /** Lives of which rows are left, but none that has a state; `max` at most. Goes through all lives. */
  strays(max: number): readonly LogId[];
  /** The newest row before `index` that has a state of this life. */
  stateBefore(log: LogId, index: Index): Index | null;
  /** The newest row before `index` of a document. */
  documentBefore(log: LogId, key: string, index: Index): Index | null;
  remove(index: Index): void;
  /** Leaves of a row with a state one of its batch, or of its producer's tuple, alone; removes one that has neither. */
  retire(index: Index): void;
  /** Removes all rows of a life, those last by which it is found, and `rowsMax` at most; says how many. */
  removeLife(log: LogId, rowsMax: number): number;
  /** Removes documents of a life, `rowsMax` at most; says how many. */
  removeDocuments(log: LogId, rowsMax: number): number;
  /** Removes batches, oldest first and `rowsMax` at most; says how many. */
  removeBatches(unread: Unread, rowsMax: number): number;
}

/** What is judged, as of `upTo`. */
interface Judgement {
  readonly rows: CompactedRows;
  /** As of `upTo`. */
  readonly view: LogView;
  /** The rows up to here may have come in a snapshot, and lack others that were dead where it came from. */
  readonly readableIndex: Index;
}

/**
 * Removes the rows that are dead as of `upTo`: no-ops; configurations, states and documents that a later one
 * replaces (a state that came with a batch leaves it there, so that a log has one row with a state in the end);
 * batches that are trimmed, or of deleted logs, unless a fork reads them; and all of a name's lives but the newest,
 * whose end stays: the next life goes on from there. Judges rows after `judgedIndex`, in order; reads or removes about
 * `rowsMax`, and says how far it came. `view` is as of `upTo`. Once all is judged that a snapshot brought, which is up
 * to `readableIndex`, what it left without a state goes too.
 */
export function removeDeadRows(
  rows: CompactedRows,
  view: LogView,
  judgedIndex: Index,
  { index: upTo, readableIndex }: Pick<SnapshotMark, "index" | "readableIndex">,
  rowsMax: number,
): Index {
  let room = rowsMax;
  let judged = judgedIndex;
  while (room > 0) {
    const row = rows.next(judged, upTo);
    if (judged < readableIndex && (row?.index ?? upTo) >= readableIndex) {
      room -= removeStrays(rows, room);
      if (room === 0) return judged;
    }
    if (row === null) return upTo;
    const removed = removeDeadBy({ rows, view, readableIndex }, row, room);
    // There may be more: the row is judged once more.
    if (removed >= room) return judged;
    judged = row.index;
    room -= removed + 1;
  }
  return judged;
}

/**
 * A snapshot's parts are read at different times: where a log was deleted and its name used again meanwhile, the
 * first part has rows of a life of which a later one says nothing.
 */
function removeStrays(rows: CompactedRows, rowsMax: number): number {
  let removed = 0;
  for (const life of rows.strays(rowsMax))
    if (removed < rowsMax) removed += rows.removeLife(life, rowsMax - removed);
  return removed;
}

/** Removes what nobody needs after `row`, up to `rowsMax` rows. */
function removeDeadBy(judgement: Judgement, row: Milestone, rowsMax: number): number {
  const { rows } = judgement;
  switch (row.kind) {
    case "noop":
      rows.remove(row.index);
      return 1;
    case "configuration":
      return removeOne(rows, rows.configurationBefore(row.index));
    case "create":
      return removeLivesBefore(judgement, row.name, row.index, rowsMax);
    case "alter":
    case "trim":
    case "delete":
      return removeBeforeState(judgement, row, rowsMax);
    case "document":
      return removeOne(rows, rows.documentBefore(row.log, row.key, row.index));
  }
}

/**
 * The state before, and earlier lives too: the row that began this life may have been removed where a snapshot came
 * from, and judged by nobody here. So may the one that trimmed it.
 */
function removeBeforeState(
  judgement: Judgement,
  { kind, log, name, index, timestamp }: Extract<Milestone, { kind: "alter" | "trim" | "delete" }>,
  rowsMax: number,
): number {
  const { rows, view, readableIndex } = judgement;
  const before = rows.stateBefore(log, index);
  if (before !== null) rows.retire(before);
  let removed = before === null ? 0 : 1;
  if (removed < rowsMax) removed += removeLivesBefore(judgement, name, log, rowsMax - removed);
  const mayReap = kind !== "alter" || (index <= readableIndex && isTrimmed(view.lifeOf(log)));
  if (removed >= rowsMax || !mayReap) return removed;
  return removed + reap(judgement, log, timestamp, rowsMax - removed);
}

/** Of a fork it can't be told whether it has moved its first record, or found it there. */
function isTrimmed(life: Life | null): boolean {
  return life !== null && (life.state.fork !== null || life.state.earliest > life.state.start);
}

/** There is one at most: each took away the one before it. */
function removeOne(rows: CompactedRows, index: Index | null): number {
  if (index === null) return 0;
  rows.remove(index);
  return 1;
}

function removeLivesBefore(judgement: Judgement, name: string, index: Index, rowsMax: number): number {
  const { rows, view } = judgement;
  let removed = 0;
  let life = rows.lifeBefore(name, index);
  while (life !== null && removed < rowsMax) {
    // First its source, while it is known: the life is over already, whether its rows are there or not.
    const source = view.lifeOf(life)?.state.fork?.source ?? null;
    if (source !== null) removed += reap(judgement, source, 0, rowsMax - removed);
    if (removed < rowsMax) removed += rows.removeLife(life, rowsMax - removed);
    life = rows.lifeBefore(name, index);
  }
  return removed;
}

/** Removes what nobody reads of a log, and of its sources: a fork that is over, or trimmed, may have been the last. */
function reap(judgement: Judgement, log: LogId, now: number, rowsMax: number): number {
  const { rows, view } = judgement;
  const life = view.lifeOf(log);
  if (life === null) return 0;
  const until = firstNeeded(log, view);
  const isOver = until === Number.POSITIVE_INFINITY;
  const producersBefore = isOver ? until : now - producerMemoryMs;
  let removed = rows.removeBatches({ log, until, stateIndex: life.index, producersBefore }, rowsMax);
  if (isOver && removed < rowsMax) removed += rows.removeDocuments(log, rowsMax - removed);
  const source = life.state.fork?.source ?? null;
  if (source === null || removed >= rowsMax) return removed;
  return removed + reap(judgement, source, now, rowsMax - removed);
}
