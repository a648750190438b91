import type { LogId } from "../log/types.ts";
import type { ProducerBatch } from "../log/view.ts";
import { invariant } from "../raft/invariant.ts";
import type { Entry } from "../raft/types.ts";
import { type LogRow, toLogRow, toProducerBatch } from "./row.ts";

/** An entry, and what it means to the logs: null where it concerns none. */
export interface MemoryRow {
  readonly entry: Entry;
  readonly log: LogRow | null;
}

/** A row that belongs to a log. */
export interface LifeRow extends MemoryRow {
  readonly log: LogRow;
}

/** One life of a log: its rows by index, and its producers' batches among them. */
export interface LifeRows {
  readonly rows: LifeRow[];
  readonly batchesOf: Map<string, ProducerBatch[]>;
}

/**
 * The rows of a node with what they are looked up by. All lists are in the order of the Raft log, so that
 * a truncation pops from each what the rows had pushed.
 */
export class MemoryLog {
  readonly rows: MemoryRow[] = [];
  readonly lives = new Map<LogId, LifeRows>();
  /** By name: the rows that begin or end a life of it. */
  readonly named = new Map<string, LifeRow[]>();
  readonly configurations: Entry[] = [];

  append(entry: Entry): void {
    this.push({ entry, log: toLogRow(entry) });
  }

  push(row: MemoryRow): void {
    if (row.log !== null) this.#addToLog(row.entry, row.log);
    if (row.entry.kind === "configuration") this.configurations.push(row.entry);
    this.rows.push(row);
  }

  /** Removes the last rows until `length` are left, and gives them back in order. */
  truncate(length: number): MemoryRow[] {
    for (let i = this.rows.length - 1; i >= length; i--) {
      const log = this.rows[i]?.log ?? null;
      if (this.rows[i]?.entry.kind === "configuration") this.configurations.pop();
      if (log !== null) this.#removeLastFromLog(log);
    }
    return this.rows.splice(length);
  }

  #addToLog(entry: Entry, log: LogRow): void {
    if (log.kind === "create") this.lives.set(log.log, { rows: [], batchesOf: new Map() });
    const life = this.lives.get(log.log);
    invariant(life !== undefined, `entry ${entry.index} is of log ${log.log}, which was never created`);
    life.rows.push({ entry, log });
    if (log.name !== null) listOf(this.named, log.name).push({ entry, log });
    if (log.producer !== null) {
      listOf(life.batchesOf, log.producer.id).push(toProducerBatch(entry, log, log.producer));
    }
  }

  #removeLastFromLog(log: LogRow): void {
    const life = this.lives.get(log.log);
    life?.rows.pop();
    if (log.producer !== null) popFrom(life?.batchesOf, log.producer.id);
    if (log.name !== null) popFrom(this.named, log.name);
    if (log.kind === "create") this.lives.delete(log.log);
  }
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key);
  if (list !== undefined) return list;
  const made: T[] = [];
  lists.set(key, made);
  return made;
}

function popFrom<T>(lists: Map<string, T[]> | undefined, key: string): void {
  const list = lists?.get(key);
  list?.pop();
  if (list?.length === 0) lists?.delete(key);
}
