import type { LogId } from "../log/types.ts";
import type { Index } from "../raft/types.ts";
import type { CompactedRows, Milestone, Unread } from "./dead.ts";
import type { LifeRow, LifeRows, MemoryLog, MemoryRow } from "./memory-log.ts";

/** The compacted rows of a log in memory, up to `upTo`. */
export class MemoryCompactedRows implements CompactedRows {
  readonly #log: MemoryLog;
  readonly #upTo: Index;
  /** What was removed, or retired, in that order. */
  readonly removed: MemoryRow[] = [];

  constructor(log: MemoryLog, upTo: Index) {
    this.#log = log;
    this.#upTo = upTo;
  }

  next(after: Index, upTo: Index): Milestone | null {
    for (let index = after + 1; index <= upTo; index++) {
      const row = this.#log.rows[index - 1] ?? null;
      const found = row === null ? null : milestoneOf(row);
      if (found !== null) return found;
    }
    return null;
  }

  configurationBefore(index: Index): Index | null {
    return this.#log.configurations.findLast((entry) => entry.index < index)?.index ?? null;
  }

  stateBefore(log: LogId, index: Index): Index | null {
    const states = this.#life(log)?.states ?? [];
    return states.findLast((row) => row.entry.index < index)?.entry.index ?? null;
  }

  documentBefore(log: LogId, key: string, index: Index): Index | null {
    const rows = this.#life(log)?.rows ?? [];
    return rows.findLast((row) => row.entry.index < index && row.log.key === key)?.entry.index ?? null;
  }

  lifeBefore(name: string, index: Index): LogId | null {
    return this.#log.lifeBefore(name, index);
  }

  strays(max: number): readonly LogId[] {
    const strays = [...this.#log.lives].filter(([, { states }]) => states.length === 0);
    return strays.slice(0, max).map(([log]) => log);
  }

  remove(index: Index): void {
    const row = this.#log.rows[index - 1] ?? null;
    if (row !== null) this.#remove(row);
  }

  retire(index: Index): void {
    const row = this.#log.rows[index - 1] ?? null;
    if (row === null || row.log === null) return;
    if (row.log.count === 0 && row.log.producer === null) {
      this.#remove(row);
      return;
    }
    this.#log.retire({ entry: row.entry, log: row.log });
    this.removed.push(row);
  }

  removeLife(log: LogId, rowsMax: number): number {
    const rows = this.#life(log)?.rows ?? [];
    const ordered = [
      ...rows.filter((row) => row.log.name === null),
      ...rows.filter((row) => row.log.name !== null),
    ];
    return this.#removeAll(ordered.slice(0, rowsMax));
  }

  removeDocuments(log: LogId, rowsMax: number): number {
    const rows = this.#life(log)?.rows ?? [];
    const found = rows.filter((row) => row.log.key !== null && row.entry.index <= this.#upTo);
    return this.#removeAll(found.slice(0, rowsMax));
  }

  removeBatches(unread: Unread, rowsMax: number): number {
    const life = this.#life(unread.log);
    if (life === undefined) return 0;
    const found = life.rows.filter((row) => this.#isUnread(row, unread, life));
    return this.#removeAll(found.slice(0, rowsMax));
  }

  #isUnread(
    { entry, log: row }: LifeRow,
    { until, stateIndex, producersBefore }: Unread,
    life: LifeRows,
  ): boolean {
    if (row.start >= until || row.start + row.count > until || row.key !== null) return false;
    if (entry.index > this.#upTo || entry.index === stateIndex) return false;
    if (row.name !== null && row.count === 0 && row.producer === null) return false;
    if (row.producer === null || row.timestamp < producersBefore) return true;
    const batches = life.batchesOf.get(row.producer.id) ?? [];
    return batches.findLast(({ index }) => index <= this.#upTo)?.index !== entry.index;
  }

  #life(log: LogId): LifeRows | undefined {
    return this.#log.lives.get(log);
  }

  #removeAll(rows: readonly LifeRow[]): number {
    for (const row of rows) this.#remove(row);
    return rows.length;
  }

  #remove(row: MemoryRow): void {
    this.#log.remove(row);
    this.removed.push(row);
  }
}

function milestoneOf({ entry: { index, kind }, log: row }: MemoryRow): Milestone | null {
  if (row === null) return kind === "command" ? null : { index, kind };
  const { kind: logged, log, name, key, timestamp } = row;
  if (logged === "append") return null;
  if (logged === "document") return key === null ? null : { index, kind: logged, log, key };
  if (logged === "create") return name === null ? null : { index, kind: logged, log, name };
  return name === null ? null : { index, kind: logged, log, name, timestamp };
}
