import type { LogId } from "../log/types.ts";
import type { Index } from "../raft/types.ts";
import type { CompactedRows, Milestone } from "./dead.ts";
import type { MemoryLog, MemoryRow } from "./memory-log.ts";

/** The compacted rows of a log in memory. */
export class MemoryCompactedRows implements CompactedRows {
  readonly #log: MemoryLog;
  /** What was removed, in that order. */
  readonly removed: MemoryRow[] = [];

  constructor(log: MemoryLog) {
    this.#log = log;
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

  lifeBefore(name: string, index: Index): LogId | null {
    const row = this.#log.named.get(name)?.findLast(({ entry }) => entry.index < index);
    return row?.log.log ?? null;
  }

  remove(index: Index): void {
    const row = this.#log.rows[index - 1] ?? null;
    if (row !== null) this.#remove(row);
  }

  removeLife(log: LogId, part: "all" | "batches", rowsMax: number): number {
    const rows = this.#log.lives.get(log)?.rows ?? [];
    const found = rows.filter((row) => part === "all" || row.log.kind === "append").slice(-rowsMax);
    for (const row of found.toReversed()) this.#remove(row);
    return found.length;
  }

  #remove(row: MemoryRow): void {
    this.#log.remove(row);
    this.removed.push(row);
  }
}

function milestoneOf({ entry: { index, kind }, log }: MemoryRow): Milestone | null {
  if (kind !== "command") return { index, kind };
  if (log?.kind === "delete") return { index, kind: "delete", log: log.log };
  const name = log?.name ?? null;
  return name === null ? null : { index, kind: "create", name };
}
