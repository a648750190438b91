import type { LogId } from "../log/types.ts";
import { toSeq } from "../log/types.ts";
import type { BatchMark, Document, Life, LogView, ProducerBatch, Tail } from "../log/view.ts";
import type { Index } from "../raft/types.ts";
import { toIndex } from "../raft/types.ts";
import type { Sql } from "./database.ts";
import { StorageError } from "./error.ts";
import { type DocumentRow, documentColumns, toDocument } from "./sqlite-documents.ts";
import { lifeColumns, toLives } from "./sqlite-lives.ts";

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
  readonly #sql: Sql;
  readonly #upTo: Index;

  constructor(sql: Sql, upTo: Index) {
    this.#sql = sql;
    this.#upTo = upTo;
  }

  life(name: string): Life | null {
    const rows = this.#sql.exec(
      `SELECT ${lifeColumns} FROM entries WHERE name = ? AND idx <= ? ORDER BY idx DESC LIMIT 1`,
      name,
      this.#upTo,
    );
    return toLives(rows)[0] ?? null;
  }

  lifeOf(log: LogId): Life | null {
    const rows = this.#sql.exec(
      `SELECT ${lifeColumns} FROM entries WHERE log = ? AND name IS NOT NULL AND idx <= ?
       ORDER BY idx DESC LIMIT 1`,
      log,
      this.#upTo,
    );
    return toLives(rows)[0] ?? null;
  }

  forksOf(log: LogId): readonly LogId[] {
    const rows = this.#sql
      .exec("SELECT DISTINCT log FROM entries WHERE source = ? AND idx <= ?", log, this.#upTo)
      .raw<[log: number]>();
    return [...rows].map(([fork]) => toIndex(fork));
  }

  tail(log: LogId): Tail {
    const [last] = this.#sql
      .exec<{ seq: number; bytes: number; timestamp: number }>(
        `SELECT start + count AS seq, bytes, timestamp FROM entries
         WHERE log = ? AND idx <= ? ORDER BY start DESC, idx DESC LIMIT 1`,
        log,
        this.#upTo,
      )
      .toArray();
    if (last === undefined) throw new StorageError("misuse", `log ${log} does not exist`);
    return { ...last, seq: toSeq(last.seq) };
  }

  batchAt(log: LogId, seq: number): BatchMark | null {
    const [row] = this.#sql
      .exec<{ start: number; count: number; timestamp: number; bytes: number }>(
        `SELECT start, count, timestamp, bytes FROM entries
         WHERE log = ? AND start <= ? AND count > 0 AND idx <= ? ORDER BY start DESC LIMIT 1`,
        log,
        seq,
        this.#upTo,
      )
      .toArray();
    if (row === undefined || seq >= row.start + row.count) return null;
    return { ...row, start: toSeq(row.start) };
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

  document(log: LogId, key: string): Document | null {
    const [row] = this.#sql
      .exec(
        `SELECT ${documentColumns} FROM entries WHERE log = ? AND key = ? AND idx <= ? ORDER BY idx DESC LIMIT 1`,
        log,
        key,
        this.#upTo,
      )
      .raw<DocumentRow>();
    return row === undefined ? null : toDocument(row);
  }
}

function toBatch(row: BatchRow | undefined): ProducerBatch | null {
  if (row === undefined) return null;
  const { idx, start, ...rest } = row;
  return { ...rest, index: toIndex(idx), start: toSeq(start) };
}
