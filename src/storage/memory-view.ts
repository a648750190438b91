import type { LogId } from "../log/types.ts";
import { toSeq } from "../log/types.ts";
import type { BatchMark, Document, Life, LogView, ProducerBatch, Tail } from "../log/view.ts";
import type { Index } from "../raft/types.ts";
import { StorageError } from "./error.ts";
import { firstAfter, type LifeRow, type MemoryLog } from "./memory-log.ts";
import { toDocumentValue } from "./row.ts";

/** Answers from the rows up to `upTo`. */
export class MemoryView implements LogView {
  readonly #log: MemoryLog;
  readonly #upTo: Index;

  constructor(log: MemoryLog, upTo: Index) {
    this.#log = log;
    this.#upTo = upTo;
  }

  life(name: string): Life | null {
    return toLife(this.#last(this.#log.named.get(name)));
  }

  lifeOf(log: LogId): Life | null {
    return toLife(this.#last(this.#log.lives.get(log)?.states));
  }

  forksOf(log: LogId): readonly LogId[] {
    const lives = [...this.#log.lives].filter(([, { states }]) =>
      states.some(({ entry, log: row }) => entry.index <= this.#upTo && row.state?.fork?.source === log),
    );
    return lives.map(([id]) => id);
  }

  tail(log: LogId): Tail {
    const last = this.#last(this.#log.lives.get(log)?.rows);
    if (last === undefined) throw new StorageError("misuse", `log ${log} does not exist`);
    const { start, count, bytes, timestamp } = last.log;
    return { seq: toSeq(start + count), bytes, timestamp };
  }

  batchAt(log: LogId, seq: number): BatchMark | null {
    const rows = this.#log.lives.get(log)?.rows ?? [];
    const row = rows[firstAfter(rows, seq)];
    if (row === undefined || row.log.start > seq || row.entry.index > this.#upTo) return null;
    const { start, count, bytes, timestamp } = row.log;
    return { start, count, bytes, timestamp };
  }

  document(log: LogId, key: string): Document | null {
    const rows = this.#log.lives.get(log)?.rows ?? [];
    return toDocument(this.#last(rows.filter((row) => row.log.key === key)));
  }

  lastBatch(log: LogId, producer: string): ProducerBatch | null {
    return this.#batches(log, producer).findLast((batch) => batch.index <= this.#upTo) ?? null;
  }

  batch(log: LogId, producer: string, epoch: number, seq: number): ProducerBatch | null {
    const found = this.#batches(log, producer).findLast(
      (batch) => batch.epoch === epoch && batch.seq === seq,
    );
    return found !== undefined && found.index <= this.#upTo ? found : null;
  }

  #batches(log: LogId, producer: string): readonly ProducerBatch[] {
    return this.#log.lives.get(log)?.batchesOf.get(producer) ?? [];
  }

  #last(rows: readonly LifeRow[] | undefined): LifeRow | undefined {
    return rows?.findLast((row) => row.entry.index <= this.#upTo);
  }
}

/** What a row says of its life; null where there is none. */
export function toLife(row: LifeRow | undefined): Life | null {
  if (row === undefined) return null;
  const { name, state, log: id, kind } = row.log;
  if (name === null || state === null) return null;
  return { id, name, state, deleted: kind === "delete", index: row.entry.index };
}

/** What a row holds of a document; null for one that was taken away. */
export function toDocument(row: LifeRow | undefined): Document | null {
  if (row === undefined || row.log.key === null) return null;
  const value = toDocumentValue(row.entry);
  const { key, timestamp } = row.log;
  return value === null ? null : { key, value, timestamp, version: row.entry.index };
}
