import type { LogId } from "../log/types.ts";
import { toSeq } from "../log/types.ts";
import type { Life, LogView, ProducerBatch, Tail } from "../log/view.ts";
import type { Index } from "../raft/types.ts";
import { toIndex } from "../raft/types.ts";
import { StorageError } from "./error.ts";

type LifeRow = { idx: number; kind: string; log: number; start: number; timestamp: number };

type BatchRow = {
  idx: number;
  term: number;
  epoch: number;
  seq: number;
  start: number;
  count: number;
  timestamp: number;
};

const batchColumns = "idx, term, producer_epoch AS epoch, producer_seq AS seq, start, count, timestamp";

/** Answers from the rows up to `upTo`. */
export class SqliteView implements LogView {
  readonly #sql: SqlStorage;
  readonly #upTo: Index;

  constructor(sql: SqlStorage, upTo: Index) {
    this.#sql = sql;
    this.#upTo = upTo;
  }

  life(name: string): Life | null {
    const [last] = this.#sql
      .exec<LifeRow>(
        "SELECT idx, kind, log, start, timestamp FROM entries WHERE name = ? AND idx <= ? ORDER BY idx DESC LIMIT 1",
        name,
        this.#upTo,
      )
      .toArray();
    if (last === undefined) return null;
    return last.kind === "create" ? toLife(name, last, false) : toLife(name, this.#creation(last.log), true);
  }

  #creation(log: number): LifeRow {
    const [row] = this.#sql
      .exec<LifeRow>("SELECT idx, kind, log, start, timestamp FROM entries WHERE idx = ?", log)
      .toArray();
    if (row?.kind !== "create")
      throw new StorageError("impossible-state", `log ${log} was never created`, toIndex(log));
    return row;
  }

  tail(log: LogId): Tail {
    const [last] = this.#sql
      .exec<{ seq: number; timestamp: number }>(
        `SELECT start + count AS seq, timestamp FROM entries
         WHERE log = ? AND idx <= ? ORDER BY start DESC, idx DESC LIMIT 1`,
        log,
        this.#upTo,
      )
      .toArray();
    if (last === undefined) throw new StorageError("misuse", `log ${log} does not exist`);
    return { seq: toSeq(last.seq), timestamp: last.timestamp };
  }

  lastBatch(log: LogId, producer: string): ProducerBatch | null {
    const rows = this.#sql.exec<BatchRow>(
      `SELECT ${batchColumns} FROM entries WHERE log = ? AND producer = ? AND idx <= ?
       ORDER BY producer_epoch DESC, producer_seq DESC LIMIT 1`,
      log,
      producer,
      this.#upTo,
    );
    return toBatch(rows.toArray()[0]);
  }

  batch(log: LogId, producer: string, epoch: number, seq: number): ProducerBatch | null {
    const rows = this.#sql.exec<BatchRow>(
      `SELECT ${batchColumns} FROM entries
       WHERE log = ? AND producer = ? AND producer_epoch = ? AND producer_seq = ? AND idx <= ?`,
      log,
      producer,
      epoch,
      seq,
      this.#upTo,
    );
    return toBatch(rows.toArray()[0]);
  }
}

function toLife(name: string, { idx, start, timestamp }: LifeRow, deleted: boolean): Life {
  return { id: toIndex(idx), name, deleted, start: toSeq(start), createdAt: timestamp };
}

function toBatch(row: BatchRow | undefined): ProducerBatch | null {
  if (row === undefined) return null;
  const { idx, start, ...rest } = row;
  return { ...rest, index: toIndex(idx), start: toSeq(start) };
}
