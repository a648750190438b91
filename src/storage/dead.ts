import { firstNeeded } from "../log/forks.ts";
import type { LogId } from "../log/types.ts";
import type { Life, LogView } from "../log/view.ts";
import type { Index, SnapshotMark } from "../raft/types.ts";
import type { PLAIN, RowKind } from "./row-kinds.ts";

/**
 * How long a producer's last batch is kept after its records are trimmed, ms: for this long a retry of it is
 * recognized.
 */
const producerMemoryMs = 7 * 24 * 3_600_000;

type MilestoneKind = Exclude<RowKind, typeof PLAIN>;

interface StateChange {
  readonly log: LogId;
  readonly name: string;
  readonly timestamp: number;
}

/** The facts of a row that is more than a batch, by its kind. */
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

/** Batches of one life that can't be read any more. */
export interface Unread {
  readonly log: LogId;
  /** The batches that end at or before this record; infinite: all. */
  readonly until: number;
  /** The row of the life's state: kept, although it may hold a batch. */
  readonly stateIndex: Index;
  /** A producer's last batch is kept unless it was appended before this time; infinite: none is kept. */
  readonly producersBefore: number;
}

/** The compacted rows of a node, with the operations that the removal of dead rows needs. */
export interface CompactedRows {
  /** The first row in (after, upTo] that is more than a batch. */
  next(after: Index, upTo: Index): Milestone | null;
  /** The newest life of a name that has a row before `index`. */
  lifeBefore(name: string, index: Index): LogId | null;
  configurationBefore(index: Index): Index | null;
  /** Lives that have rows, but none with a state; `max` at most. Goes through all lives. */
  strays(max: number): readonly LogId[];
  /** The newest row before `index` with a state of this life. */
  stateBefore(log: LogId, index: Index): Index | null;
  /** The newest row before `index` of a document. */
  documentBefore(log: LogId, key: string, index: Index): Index | null;
  remove(index: Index): void;
  /** Reduces a row with a state to its batch or its producer's tuple. Removes a row that has neither. */
  retire(index: Index): void;
  /** Removes all rows of a life, `rowsMax` at most; the rows by which it is found come last. Returns how many. */
  removeLife(log: LogId, rowsMax: number): number;
  /** Removes documents of a life, `rowsMax` at most. Returns how many. */
  removeDocuments(log: LogId, rowsMax: number): number;
  /** Removes batches, oldest first, `rowsMax` at most. Returns how many. */
  removeBatches(unread: Unread, rowsMax: number): number;
}

/** The rows to judge, as of `upTo`. */
interface Judgement {
  readonly rows: CompactedRows;
  /** As of `upTo`. */
  readonly view: LogView;
  /** The rows up to here may have come in a snapshot, without rows that were dead at the sender. */
  readonly readableIndex: Index;
}

/**
 * Removes the rows that are dead as of `upTo`: no-ops; configurations, states and documents that later ones replace (a
 * batch that came with a state stays, so in the end a log has one row with a state); batches that are trimmed, or
 * belong to deleted logs, unless a fork reads them; and all lives of a name but the newest, whose end stays because the
 * next life continues there. Judges the rows after `judgedIndex` in order, reads or removes about `rowsMax` of them,
 * and returns how far it came. `view` is as of `upTo`. Once all rows of a snapshot are judged, up to `readableIndex`,
 * lives that it left without a state are removed too.
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
    // There may be more, so the row is judged again.
    if (removed >= room) return judged;
    judged = row.index;
    room -= removed + 1;
  }
  return judged;
}

/**
 * The parts of a snapshot are read at different times. If a log was deleted and its name was used again meanwhile, the
 * first part has rows of a life that later parts do not mention.
 */
function removeStrays(rows: CompactedRows, rowsMax: number): number {
  let removed = 0;
  for (const life of rows.strays(rowsMax))
    if (removed < rowsMax) removed += rows.removeLife(life, rowsMax - removed);
  return removed;
}

/** Removes the rows that `row` made dead, up to `rowsMax` of them. */
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
 * Removes the state before, and also earlier lives: the row that began this life may have been removed at the sender of
 * a snapshot, and so never judged here. The same holds for a row that trimmed it.
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

/** A fork does not show whether it was trimmed or began at this record. */
function isTrimmed(life: Life | null): boolean {
  return life !== null && (life.state.fork !== null || life.state.earliest > life.state.start);
}

/** There is at most one, because each one removed the one before it. */
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
    // Its source first, while it is known. The life is over already, whether its rows are there or not.
    const source = view.lifeOf(life)?.state.fork?.source ?? null;
    if (source !== null) removed += reap(judgement, source, 0, rowsMax - removed);
    if (removed < rowsMax) removed += rows.removeLife(life, rowsMax - removed);
    life = rows.lifeBefore(name, index);
  }
  return removed;
}

/**
 * Removes the unreadable records of a log and of its sources: a fork that is over, or trimmed, may have been the last
 * that read them.
 */
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
