import type { LogId, StoredBatch } from "../log/types.ts";
import type { LogView } from "../log/view.ts";
import type { Identity, Phase } from "../raft/identity.ts";
import type { Persist } from "../raft/ready.ts";
import type { SleepMark } from "../raft/sleep.ts";
import type { Entry, HardState, Index, Term } from "../raft/types.ts";
import { toIndex } from "../raft/types.ts";
import type { BatchRange, Boot, NameRange, Storage } from "./contract.ts";
import { StorageError } from "./error.ts";
import { MemoryLog, type MemoryRow } from "./memory-log.ts";
import { readBatches, readEntries, readNames, readTouched } from "./memory-reads.ts";
import { MemoryView } from "./memory-view.ts";
import { lastIndexAfter } from "./row.ts";

interface NodeState {
  readonly identity: Identity;
  readonly phase: Phase;
  readonly hardState: HardState;
  readonly sleepMark: SleepMark | null;
}

/**
 * One write that is not durable yet, by what it replaced: the rows were `length` long, the first `kept`
 * of them were left alone and `replaced` came after those.
 */
interface Unit {
  readonly node: NodeState | null;
  readonly length: number;
  kept: number;
  replaced: MemoryRow[];
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
    const replacing = this.#pending.find((unit) => index > unit.kept);
    return replacing === undefined
      ? this.term(index)
      : termOf(replacing.replaced[index - replacing.kept - 1]);
  }

  load(): Boot | null {
    if (this.#node === null) return null;
    const lastIndex = toIndex(this.#log.rows.length);
    return { ...this.#node, lastIndex, lastTerm: this.term(lastIndex) ?? 0 };
  }

  /** What is in memory is nobody else's. */
  assertCurrent(): void {}

  prepare(identity: Identity): void {
    if (this.#node !== null) throw new StorageError("misuse", "the node has an identity");
    const hardState = { currentTerm: 0, votedFor: null };
    this.#setNode({ identity, phase: "prepared", hardState, sleepMark: null });
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
    const unit: Unit = { node: this.#node, length, kept: length, replaced: [] };
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
    const isUnchanged =
      this.#node === unit.node && this.#log.rows.length === unit.length && unit.kept === unit.length;
    if (isUnchanged) return;
    this.#pending.push(unit);
    this.#written += 1;
  }

  #undo(unit: Unit): void {
    this.#node = unit.node;
    this.#log.truncate(unit.kept);
    for (const row of unit.replaced) this.#log.push(row);
  }

  write(persist: Persist): void {
    this.transaction(() => this.#write(persist));
  }

  #write(persist: Persist): void {
    const { hardState, sleep, truncateFrom, append } = persist;
    const node = this.#identified();
    lastIndexAfter(persist, this.#log.rows.length);
    const sleepMark = sleep === "awake" ? null : (sleep ?? node.sleepMark);
    if (hardState !== null || sleep !== null) {
      this.#node = { ...node, hardState: hardState ?? node.hardState, sleepMark };
    }
    if (truncateFrom !== null) this.#truncate(truncateFrom - 1);
    for (const entry of append) this.#log.append(entry);
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

  touched(after: Index, upTo: Index): readonly LogId[] {
    return readTouched(this.#log, after, upTo);
  }
}

function termOf(row: MemoryRow | undefined): Term | null {
  return row?.entry.term ?? null;
}
