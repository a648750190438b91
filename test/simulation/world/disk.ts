import type { LogId, StoredBatch } from "../../../src/log/types.ts";
import type { Document, Life, LogView } from "../../../src/log/view.ts";
import { decodeConfiguration } from "../../../src/raft/configuration.ts";
import type { Identity } from "../../../src/raft/identity.ts";
import type { Persist } from "../../../src/raft/ready.ts";
import type { PlacedConfiguration } from "../../../src/raft/state.ts";
import {
  type Entry,
  type HardState,
  type Index,
  noSnapshot,
  type QuiesceMark,
  type SnapshotMark,
  type Term,
} from "../../../src/raft/types.ts";
import type { BatchRange, Boot, DocumentRange, NameRange, Storage } from "../../../src/storage/contract.ts";
import { SqliteStorage } from "../../../src/storage/sqlite.ts";
import { UnsyncedDatabase } from "../../storage/unsynced-database.ts";
import { type Chain, ChainedLog, chainOf, type Link } from "../checks/chain.ts";

/** A storage exception that the simulation raised on purpose. */
export class DiskFault extends Error {}

/** One write, with the chains of the entries that it adds. */
export interface Written {
  readonly persist: Persist;
  /** The entries that a snapshot stands for: all committed ones after the end of the log, up to the snapshot's index. */
  readonly filled: readonly Link[];
  readonly chains: readonly Chain[];
}

/** What a node has written, or the part of it that is on disk. Kept beside the storage under test, not read from it. */
export class Image {
  readonly log = new ChainedLog();
  hardState: HardState = { currentTerm: 0, votedFor: null };
  quiesceMark: QuiesceMark | null = null;
  /** The configurations of the log, in order. */
  configurations: PlacedConfiguration[] = [];
  snapshot: SnapshotMark = noSnapshot;

  apply({ persist, filled, chains }: Written): void {
    if (persist.hardState !== null) this.hardState = persist.hardState;
    if (persist.quiesce !== null) this.quiesceMark = persist.quiesce === "awake" ? null : persist.quiesce;
    const { truncateFrom, snapshot } = persist;
    if (truncateFrom !== null) {
      this.log.truncate(truncateFrom);
      this.configurations = this.configurations.filter(({ index }) => index < truncateFrom);
    }
    if (snapshot !== null) this.snapshot = snapshot.mark;
    for (const { entry, chain } of filled) this.log.push(entry.term, chain);
    this.configurations.push(...configurationsIn(filled.map(({ entry }) => entry)));
    for (const [i, entry] of persist.append.entries()) this.log.push(entry.term, chains[i] as Chain);
    this.configurations.push(...configurationsIn(persist.append));
  }

  become(other: Image): void {
    this.hardState = other.hardState;
    this.snapshot = other.snapshot;
    this.quiesceMark = other.quiesceMark;
    this.log.become(other.log);
    this.configurations = [...other.configurations];
  }
}

/** The configurations in a list of entries. */
export function configurationsIn(entries: readonly Entry[]): PlacedConfiguration[] {
  return entries
    .filter(({ kind }) => kind === "configuration")
    .map(({ index, data }) => ({ index, configuration: decodeConfiguration(data) }));
}

/** Watches writes, and which of them become durable. */
export interface DiskObserver {
  /** The committed entry at an index. */
  committed(index: number): Link;
  /** Before `written` is applied to `image`. */
  writing(image: Image, written: Written): void;
  /** After `written` was applied to what is on disk. */
  durable(written: Written): void;
}

interface PendingUnit {
  readonly unit: number;
  readonly writes: readonly Written[];
}

/** Whether a transaction fails: before or after it takes effect. */
export type Fault = "none" | "before" | "after";

/** A node's storage, watched: what is written is visible at once, and on disk when `markDurable` says so. */
export class Disk implements Storage {
  readonly #database = new UnsyncedDatabase();
  #inner = new SqliteStorage(this.#database);
  readonly #observer: DiskObserver;
  readonly #drawFault: () => Fault;
  readonly written = new Image();
  readonly onDisk = new Image();
  #pending: PendingUnit[] = [];
  #open: Written[] | null = null;
  /** The last unit that is on disk. */
  durableUnit = 0;
  /** The mark of the last snapshot for which it reported that no dead rows are left. */
  #cleanTo = 0;

  constructor(observer: DiskObserver, drawFault: () => Fault) {
    this.#observer = observer;
    this.#drawFault = drawFault;
  }

  /** The last unit that was written. */
  get unit(): number {
    return this.#database.written;
  }

  /** The next unit is on disk. */
  markNextDurable(): void {
    this.durableUnit += 1;
    this.#database.markDurable(this.durableUnit);
    const next = this.#pending[0];
    if (next === undefined || next.unit > this.durableUnit) return;
    this.#pending.shift();
    for (const write of next.writes) {
      this.onDisk.apply(write);
      this.#observer.durable(write);
    }
  }

  /** Only the next `kept` units reach the disk; the others are lost. */
  crash(kept: number): void {
    for (let i = 0; i < kept; i++) this.markNextDurable();
    this.#database.crash(this.durableUnit);
    this.#inner = new SqliteStorage(this.#database);
    this.durableUnit = this.#database.written;
    this.#pending = [];
    this.#open = null;
    this.#cleanTo = 0;
    this.written.become(this.onDisk);
  }

  /** Whether the storage gives back what was written. */
  isSound(): boolean {
    const boot = this.#inner.load();
    const { log, hardState, quiesceMark, snapshot } = this.onDisk;
    if (boot === null) return log.lastIndex === 0;
    return (
      boot.snapshot.index === snapshot.index &&
      boot.snapshot.term === log.terms[snapshot.index] &&
      boot.snapshot.readableIndex === snapshot.readableIndex &&
      boot.hardState.currentTerm === hardState.currentTerm &&
      boot.hardState.votedFor === hardState.votedFor &&
      isSameMark(boot.quiesceMark, quiesceMark) &&
      boot.lastIndex === log.lastIndex &&
      boot.lastTerm === log.terms[log.lastIndex]
    );
  }

  write(persist: Persist): void {
    this.transaction(() => {
      this.#stage(persist);
      this.#inner.write(persist);
    });
  }

  #stage(persist: Persist): void {
    const { log } = this.written;
    const from = persist.truncateFrom ?? log.lastIndex + 1;
    const filled: Link[] = [];
    for (let i = from; i <= (persist.snapshot?.mark.index ?? 0); i++)
      filled.push(this.#observer.committed(i));
    let chain = filled.at(-1)?.chain ?? (log.chains[from - 1] as Chain);
    const chains = persist.append.map((entry) => {
      chain = chainOf(chain, entry);
      return chain;
    });
    const written = { persist, filled, chains };
    this.#observer.writing(this.written, written);
    this.written.apply(written);
    this.#open?.push(written);
  }

  /** Faults strike only transactions that write. */
  transaction<T>(body: () => T): T {
    if (this.#open !== null) return body();
    const writes: Written[] = [];
    this.#open = writes;
    let fault = "none" as Fault;
    const result = this.#inner.transaction(() => {
      const done = body();
      if (writes.length > 0) fault = this.#drawFault();
      if (fault === "before") throw new DiskFault("before the write");
      return done;
    });
    this.#open = null;
    if (writes.length > 0) this.#pending.push({ unit: this.unit, writes });
    if (fault === "after") throw new DiskFault("after the write");
    return result;
  }

  removeDead(rowsMax: number): boolean {
    const isClean = this.#inner.removeDead(rowsMax);
    if (isClean) this.#cleanTo = this.written.snapshot.index;
    return isClean;
  }

  /** Whether it reported that no dead rows are left; null: a half-received snapshot can't tell which rows are dead. */
  get isClean(): boolean | null {
    const { index, readableIndex } = this.written.snapshot;
    return index < readableIndex ? null : index === this.#cleanTo;
  }

  load(): Boot | null {
    return this.#inner.load();
  }

  assertCurrent(): void {
    this.#inner.assertCurrent();
  }

  prepare(identity: Identity): void {
    this.#inner.prepare(identity);
  }

  start(): void {
    this.#inner.start();
  }

  view(upTo: Index): LogView {
    return this.#inner.view(upTo);
  }

  batches(range: BatchRange): readonly StoredBatch[] {
    return this.#inner.batches(range);
  }

  names(range: NameRange): readonly string[] {
    return this.#inner.names(range);
  }

  documents(range: DocumentRange): readonly Document[] {
    return this.#inner.documents(range);
  }

  swept(after: Index, limit: number, upTo: Index): readonly Life[] {
    return this.#inner.swept(after, limit, upTo);
  }

  touched(after: Index, upTo: Index): readonly LogId[] {
    return this.#inner.touched(after, upTo);
  }

  term(index: Index): Term | null {
    return this.#inner.term(index);
  }

  configuration(upTo: Index): Entry | null {
    return this.#inner.configuration(upTo);
  }

  rows(from: Index, to: Index, bytesMax: number, countMax: number): readonly Entry[] {
    return this.#inner.rows(from, to, bytesMax, countMax);
  }

  entries(from: Index, to: Index, bytesMax: number): readonly Entry[] {
    return this.#inner.entries(from, to, bytesMax);
  }
}

function isSameMark(a: QuiesceMark | null, b: QuiesceMark | null): boolean {
  if (a === null || b === null) return a === b;
  return a.term === b.term && a.leader === b.leader && a.index === b.index && a.round === b.round;
}
