import type { LogId } from "../log/types.ts";
import { toSeq } from "../log/types.ts";
import type { Life, LogView, ProducerBatch, Tail } from "../log/view.ts";
import type { Index } from "../raft/types.ts";
import { StorageError } from "./error.ts";
import type { LifeRow, MemoryLog } from "./memory-log.ts";

/** Answers from the rows up to `upTo`. */
export class MemoryView implements LogView {
  readonly #log: MemoryLog;
  readonly #upTo: Index;

  constructor(log: MemoryLog, upTo: Index) {
    this.#log = log;
    this.#upTo = upTo;
  }

  life(name: string): Life | null {
    const last = this.#last(this.#log.named.get(name));
    const created = last === undefined ? undefined : this.#log.lives.get(last.log.log)?.rows[0];
    if (last === undefined || created === undefined) return null;
    const { log: id, start, timestamp } = created.log;
    return { id, name, deleted: last.log.kind === "delete", start, createdAt: timestamp };
  }

  tail(log: LogId): Tail {
    const last = this.#last(this.#log.lives.get(log)?.rows);
    if (last === undefined) throw new StorageError("misuse", `log ${log} does not exist`);
    return { seq: toSeq(last.log.start + last.log.count), timestamp: last.log.timestamp };
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
