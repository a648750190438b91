import type { LogId } from "../log/types.ts";
import type { ProducerBatch } from "../log/view.ts";
import { invariant } from "../raft/invariant.ts";
import type { Entry, Index } from "../raft/types.ts";
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

/** One life of a log: its rows by index, those of them that have a state, and its producers' batches among them. */
export interface LifeRows {
  readonly rows: LifeRow[];
  readonly states: LifeRow[];
  readonly batchesOf: Map<string, ProducerBatch[]>;
}

/** The place of an entry; null where compaction has left it out. */
export type Place = MemoryRow | null;

/**
 * The rows of a node with what they are looked up by. All lists are in the order of the Raft log, so that
 * a truncation pops from each what the rows had pushed.
 */
export class MemoryLog {
  /** By index, from 1 on. */
  readonly rows: Place[] = [];
  readonly lives = new Map<LogId, LifeRows>();
  /** By name: the rows that begin, change or end a life of it. */
  readonly named = new Map<string, LifeRow[]>();
  readonly configurations: Entry[] = [];

  append(entry: Entry): void {
    this.push({ entry, log: toLogRow(entry) });
  }

  push(place: Place): void {
    if (place !== null && place.log !== null) this.#addToLog({ entry: place.entry, log: place.log });
    if (place?.entry.kind === "configuration") this.configurations.push(place.entry);
    this.rows.push(place);
  }

  /** Leaves out what is between the last row and `length`. */
  padTo(length: number): void {
    while (this.rows.length < length) this.rows.push(null);
  }

  /** Removes the last rows until `length` are left, and gives them back in order. */
  truncate(length: number): Place[] {
    for (let i = this.rows.length - 1; i >= length; i--) {
      const log = this.rows[i]?.log ?? null;
      if (this.rows[i]?.entry.kind === "configuration") this.configurations.pop();
      if (log !== null) this.#removeLastFromLog(log);
    }
    return this.rows.splice(length);
  }

  /** Leaves a row out, wherever it is. */
  remove({ entry: { index, kind }, log }: MemoryRow): void {
    this.rows[index - 1] = null;
    if (kind === "configuration")
      takeOut(this.configurations, (configuration) => configuration.index === index);
    if (log === null) return;
    const life = this.lives.get(log.log);
    if (life !== undefined) takeOut(life.rows, (row) => row.entry.index === index);
    if (life !== undefined && log.name !== null) takeOut(life.states, (row) => row.entry.index === index);
    if (life?.rows.length === 0) this.lives.delete(log.log);
    if (log.producer !== null) takeOutOf(life?.batchesOf, log.producer.id, (batch) => batch.index === index);
    if (log.name !== null) takeOutOf(this.named, log.name, (row) => row.entry.index === index);
  }

  /** The life of a name that has the newest row before `index`. */
  lifeBefore(name: string, index: Index): LogId | null {
    return this.named.get(name)?.findLast(({ entry }) => entry.index < index)?.log.log ?? null;
  }

  /** Makes a row with a state one of its batch alone. */
  retire({ entry, log }: LifeRow): void {
    const plain: LifeRow = { entry, log: { ...log, kind: "append", name: null, state: null } };
    const isIt = (other: LifeRow): boolean => other.entry.index === entry.index;
    const life = this.lives.get(log.log);
    this.rows[entry.index - 1] = plain;
    if (life !== undefined) life.rows[life.rows.findIndex(isIt)] = plain;
    if (life !== undefined) takeOut(life.states, isIt);
    if (log.name !== null) takeOutOf(this.named, log.name, isIt);
  }

  /** Puts back what rows were before they were left out or retired; the last change is undone first. */
  restore(rows: readonly MemoryRow[]): void {
    for (const row of rows.toReversed()) this.rows[row.entry.index - 1] = row;
    this.lives.clear();
    this.named.clear();
    this.configurations.length = 0;
    for (const place of this.rows.splice(0)) this.push(place);
  }

  #addToLog({ entry, log }: LifeRow): void {
    // Compaction, here or where a snapshot came from, may have left out the beginning of a life.
    const begins = log.log === entry.index || this.rows[log.log - 1] === null;
    const known = this.lives.get(log.log);
    invariant(
      begins || known !== undefined,
      `entry ${entry.index} is of log ${log.log}, which was never created`,
    );
    const life = known ?? newLife();
    this.lives.set(log.log, life);
    life.rows.push({ entry, log });
    if (log.name !== null) life.states.push({ entry, log });
    if (log.name !== null) listOf(this.named, log.name).push({ entry, log });
    if (log.producer !== null) {
      listOf(life.batchesOf, log.producer.id).push(toProducerBatch(entry, log, log.producer));
    }
  }

  #removeLastFromLog(log: LogRow): void {
    const life = this.lives.get(log.log);
    life?.rows.pop();
    if (log.name !== null) life?.states.pop();
    if (log.producer !== null) popFrom(life?.batchesOf, log.producer.id);
    if (log.name !== null) popFrom(this.named, log.name);
    if (life?.rows.length === 0) this.lives.delete(log.log);
  }
}

const newLife = (): LifeRows => ({ rows: [], states: [], batchesOf: new Map<string, ProducerBatch[]>() });

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

function takeOut<T>(list: T[], isIt: (item: T) => boolean): void {
  list.splice(list.findIndex(isIt), 1);
}

function takeOutOf<T>(lists: Map<string, T[]> | undefined, key: string, isIt: (item: T) => boolean): void {
  const list = lists?.get(key);
  if (list !== undefined) takeOut(list, isIt);
  if (list?.length === 0) lists?.delete(key);
}

/** Where the first row lies that ends after record `seq`; found by halving, for ends never decrease. */
export function firstAfter(rows: readonly LifeRow[], seq: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const log = rows[middle]?.log;
    if (log !== undefined && log.start + log.count > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}
