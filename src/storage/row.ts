import { decodeLogEntry } from "../log/entry-codec.ts";
import { ENTRY_BYTES_MAX } from "../log/limits.ts";
import type { LogEntry, LogId, ProducerTuple, Seq, StoredBatch } from "../log/types.ts";
import type { ProducerBatch } from "../log/view.ts";
import type { Persist, SnapshotWrite } from "../raft/ready.ts";
import { type Entry, type Index, toIndex } from "../raft/types.ts";
import { StorageError } from "./error.ts";

/** `ENTRY_BYTES_MAX` is for a batch; this much more holds its producer, its positions and their framing. */
const framingBytesMax = 1_000;

/** What storage reads off an entry's data, so that logs can be looked up by it. */
export interface LogRow {
  readonly kind: LogEntry["kind"];
  /** The life that it belongs to. */
  readonly log: LogId;
  /** Only where a life begins or ends. */
  readonly name: string | null;
  readonly start: Seq;
  /** Records; the log's tail after this row is `start + count`. */
  readonly count: number;
  readonly timestamp: number;
  readonly producer: ProducerTuple | null;
}

/** Null for what concerns no log: a no-op, a configuration. Throws `CodecError` for data that no encoder wrote. */
export function toLogRow(entry: Entry): LogRow | null {
  if (entry.kind !== "command") return null;
  const logged = decodeLogEntry(entry.data);
  const { kind, timestamp } = logged;
  switch (logged.kind) {
    case "create":
      return {
        kind,
        timestamp,
        log: entry.index,
        name: logged.name,
        start: logged.start,
        count: 0,
        producer: null,
      };
    case "append":
      return {
        kind,
        timestamp,
        log: logged.log,
        name: null,
        start: logged.start,
        count: logged.count,
        producer: logged.producer,
      };
    case "delete":
      return {
        kind,
        timestamp,
        log: logged.log,
        name: logged.name,
        start: logged.tail,
        count: 0,
        producer: null,
      };
  }
}

export function toProducerBatch(
  entry: Pick<Entry, "index" | "term">,
  row: LogRow,
  producer: ProducerTuple,
): ProducerBatch {
  const { index, term } = entry;
  const { start, count, timestamp } = row;
  return { index, term, epoch: producer.epoch, seq: producer.seq, start, count, timestamp };
}

/** The last index after `persist` is written onto a log that ends at `lastIndex`. Throws `StorageError`. */
export function lastIndexAfter({ truncateFrom, snapshot, append }: Persist, lastIndex: number): number {
  if (truncateFrom !== null && truncateFrom < 1)
    throw new StorageError("misuse", "truncation before the first entry");
  let last = truncateFrom === null ? lastIndex : Math.min(lastIndex, truncateFrom - 1);
  if (snapshot !== null) last = lastAfterSnapshot(snapshot, last);
  for (const entry of append) {
    last += 1;
    if (entry.index !== last)
      throw new StorageError("misuse", `entry ${entry.index} where ${last} was due`, entry.index);
    assertFits(entry);
  }
  return last;
}

/** A snapshot's rows have gaps, but come after those that are there. */
function lastAfterSnapshot({ mark, rows }: SnapshotWrite, lastIndex: number): number {
  let last = lastIndex;
  for (const row of rows) {
    if (row.index <= last || row.index > mark.index)
      throw new StorageError(
        "misuse",
        `row ${row.index} after ${last} of a snapshot to ${mark.index}`,
        row.index,
      );
    last = row.index;
    assertFits(row);
  }
  return Math.max(last, mark.index);
}

/** The platform's limit for a row is not enforced everywhere, so we do it ourselves. */
function assertFits({ index, data }: Entry): void {
  if (data.length <= ENTRY_BYTES_MAX + framingBytesMax) return;
  throw new StorageError("misuse", `entry ${index} has ${data.length} bytes, too many for a row`, index);
}

/** Throws `StorageError` where rows that must follow each other from `from` on do not. */
export function assertNoGap(entries: readonly Entry[], from: Index): void {
  const gap = entries.findIndex(({ index }, i) => index !== from + i);
  if (gap === -1) return;
  throw new StorageError("damaged-entry", `entry ${from + gap} is missing`, toIndex(from + gap));
}

/** The batch that an append's row holds. Throws `StorageError` for any other entry. */
export function toStoredBatch({ index, data }: Entry): StoredBatch {
  const logged = decodeLogEntry(data);
  if (logged.kind !== "append")
    throw new StorageError("damaged-entry", `entry ${index} holds no batch`, index);
  const { start, count, timestamp, records } = logged;
  return { start, count, timestamp, records };
}
