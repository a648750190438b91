import type { LogId, StoredBatch } from "../log/types.ts";
import type { Document, Life, LogView } from "../log/view.ts";
import type { Identity, Phase } from "../raft/identity.ts";
import type { Persist, SnapshotWrite } from "../raft/ready.ts";
import type { Entry, HardState, Index, SnapshotMark, Term } from "../raft/types.ts";
import { noSnapshot, type QuiesceMark, toIndex } from "../raft/types.ts";
import type { BatchRange, Boot, DocumentRange, NameRange, Storage } from "./contract.ts";
import { removeDeadRows } from "./dead.ts";
import { StorageError } from "./error.ts";
import { MemoryCompactedRows } from "./memory-dead.ts";
import { MemoryLog, type MemoryRow, type Place } from "./memory-log.ts";
import {
  readBatches,
  readDocuments,
  readEntries,
  readNames,
  readRows,
  readSwept,
  readTouched,
} from "./memory-reads.ts";
import { MemoryView } from "./memory-view.ts";
import { lastIndexAfter } from "./row.ts";

interface NodeState {
  readonly identity: Identity;
  readonly phase: Phase;
  readonly hardState: HardState;
  readonly quiesceMark: QuiesceMark | null;
  readonly snapshot: SnapshotMark;
  /** Up to where compacted rows have been judged. */
  readonly judgedIndex: Index;
}

/**
 * One write that is not durable yet, by what it replaced: the rows were `length` long, the first `kept`
 * of them were left alone and `replaced` came after those.
 */
interface Unit {
  readonly node: NodeState | null;
  readonly length: number;
  kept: number;
  replaced: Place[];
  /** Rows that were left out, or retired. */
  readonly removed: MemoryRow[];
}

/**
 * A node's storage for the simulator. Its writes are units numbered from 1, one a transaction or lone
 * write; they become durable in that order, when `markDurable` says so, and a crash loses the others.
 */
export class MemoryStorage implements Storage {
  readonly #log = new MemoryLog();
  #node: NodeState | null = null;
  #written = 0;
  /** The units that are not durable, oldest first. */
  #pending: Unit[] = [];
  #open: Unit | null = null;

  /** The number of the last unit; numbers of lost units are not used again. */
  written(): number {
    return this.#written;
  }

  /** Units up to this number are on disk from now on. */
  markDurable(upTo: number): void {
    const durable = this.#written - this.#pending.length;
    if (upTo > durable) this.#pending.splice(0, upTo - durable);
  }

  /** Loses the units after number `keep`, and never a durable one; those kept are durable then. */
  crash(keep = 0): void {
    const durable = this.#written - this.#pending.length;
    const lost = this.#pending.splice(Math.max(0, keep - durable));
    for (const unit of lost.reverse()) this.#undo(unit);
    this.#pending = [];
  }

  /** Null where the node's identity is not durable yet. */
  durableHardState(): HardState | null {
    const oldest = this.#pending[0];
    return (oldest === undefined ? this.#node : oldest.node)?.hardState ?? null;
  }

  durableLastIndex(): Index {
    return toIndex(this.#pending[0]?.length ?? this.#log.rows.length);
  }

  /** As `term`, of what is on disk. */
  durableTerm(index: Index): Term | null {
    if (index > this.durableLastIndex()) return null;
    for (const { kept, replaced, removed } of this.#pending) {
      if (index > kept) return termOf(replaced[index - kept - 1]);
      const row = removed.find(({ entry }) => entry.index === index);
      if (row !== undefined) return row.entry.term;
    }
    return this.term(index);
  }

  load(): Boot | null {
    if (this.#node === null) return null;
    const { identity, phase, hardState, quiesceMark, snapshot } = this.#node;
    const lastIndex = toIndex(this.#log.rows.length);
    const lastTerm = lastIndex === snapshot.index ? snapshot.term : this.term(lastIndex);
    return { identity, phase, hardState, quiesceMark, snapshot, lastIndex, lastTerm: lastTerm ?? 0 };
  }

  /** What is in memory is nobody else's. */
  assertCurrent(): void {}

  prepare(identity: Identity): void {
    if (this.#node !== null) throw new StorageError("misuse", "the node has an identity");
    const hardState = { currentTerm: 0, votedFor: null };
    const none = { quiesceMark: null, snapshot: noSnapshot, judgedIndex: toIndex(0) };
    this.#setNode({ identity, phase: "prepared", hardState, ...none });
  }

  start(): void {
    this.#setNode({ ...this.#identified(), phase: "started" });
  }

  #identified(): NodeState {
    if (this.#node === null) throw new StorageError("misuse", "the node has no identity");
    return this.#node;
  }

  #setNode(node: NodeState): void {
    this.transaction(() => {
      this.#node = node;
    });
  }

  transaction<T>(body: () => T): T {
    if (this.#open !== null) return body();
    const { length } = this.#log.rows;
    const unit: Unit = { node: this.#node, length, kept: length, replaced: [], removed: [] };
    this.#open = unit;
    try {
      const result = body();
      this.#commit(unit);
      return result;
    } catch (error) {
      this.#undo(unit);
      throw error;
    } finally {
      this.#open = null;
    }
  }

  /** What wrote nothing is no unit: there is nothing that the disk could lag behind with. */
  #commit(unit: Unit): void {
    const { node, length, kept, removed } = unit;
    const isSameLog = this.#log.rows.length === length && kept === length && removed.length === 0;
    if (this.#node === node && isSameLog) return;
    this.#pending.push(unit);
    this.#written += 1;
  }

  #undo(unit: Unit): void {
    this.#node = unit.node;
    this.#log.truncate(unit.kept);
    for (const row of unit.replaced) this.#log.push(row);
    const restored = unit.removed.filter(({ entry }) => entry.index <= unit.kept);
    if (restored.length > 0) this.#log.restore(restored);
  }

  write(persist: Persist): void {
    this.transaction(() => this.#write(persist));
  }

  #write(persist: Persist): void {
    const { hardState, quiesce, truncateFrom, snapshot, append } = persist;
    const node = this.#identified();
    lastIndexAfter(persist, this.#log.rows.length);
    if (hardState !== null || quiesce !== null || snapshot !== null) {
      this.#node = {
        ...node,
        hardState: hardState ?? node.hardState,
        quiesceMark: quiesce === "awake" ? null : (quiesce ?? node.quiesceMark),
        snapshot: snapshot?.mark ?? node.snapshot,
      };
    }
    if (truncateFrom !== null) this.#truncate(truncateFrom - 1);
    if (snapshot !== null) this.#addSnapshot(snapshot);
    for (const entry of append) this.#log.append(entry);
  }

  #addSnapshot({ mark, rows }: SnapshotWrite): void {
    for (const entry of rows) {
      this.#log.padTo(entry.index - 1);
      this.#log.append(entry);
    }
    this.#log.padTo(mark.index);
  }

  removeDead(rowsMax: number): boolean {
    return this.transaction(() => {
      const node = this.#identified();
      const { index } = node.snapshot;
      const rows = new MemoryCompactedRows(this.#log, index);
      const judgedIndex = removeDeadRows(rows, this.view(index), node.judgedIndex, node.snapshot, rowsMax);
      this.#open?.removed.push(...rows.removed);
      if (judgedIndex > node.judgedIndex) this.#node = { ...node, judgedIndex };
      return judgedIndex === node.snapshot.index;
    });
  }

  #truncate(length: number): void {
    const removed = this.#log.truncate(length);
    const unit = this.#open;
    if (unit === null || length >= unit.kept) return;
    unit.replaced = [...removed.slice(0, unit.kept - length), ...unit.replaced];
    unit.kept = length;
  }

  term(index: Index): Term | null {
    return index === 0 ? 0 : termOf(this.#log.rows[index - 1]);
  }

  entries(from: Index, to: Index, bytesMax: number): readonly Entry[] {
    return readEntries(this.#log, from, to, bytesMax);
  }

  rows(from: Index, to: Index, bytesMax: number, countMax: number): readonly Entry[] {
    return readRows(this.#log, from, to, { recordsMax: countMax, bytesMax });
  }

  configuration(upTo: Index): Entry | null {
    return this.#log.configurations.findLast(({ index }) => index <= upTo) ?? null;
  }

  view(upTo: Index): LogView {
    return new MemoryView(this.#log, upTo);
  }

  batches(range: BatchRange): readonly StoredBatch[] {
    return readBatches(this.#log, range);
  }

  names(range: NameRange): readonly string[] {
    return readNames(this.#log, range);
  }

  documents(range: DocumentRange): readonly Document[] {
    return readDocuments(this.#log, range);
  }

  swept(after: Index, limit: number, upTo: Index): readonly Life[] {
    return readSwept(this.#log, after, limit, upTo);
  }

  touched(after: Index, upTo: Index): readonly LogId[] {
    return readTouched(this.#log, after, upTo);
  }
}

function termOf(row: Place | undefined): Term | null {
  return row?.entry.term ?? null;
}
