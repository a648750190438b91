import { batchOf } from "../log/batch-of.ts";
import { decodeLogEntry } from "../log/entry-codec.ts";
import { ENTRY_BYTES_MAX } from "../log/limits.ts";
import type { LogEntry, LogId, LogState, ProducerTuple, Seq, StoredBatch } from "../log/types.ts";
import type { ProducerBatch } from "../log/view.ts";
import type { Persist, SnapshotWrite } from "../raft/ready.ts";
import { type Entry, type Index, toIndex } from "../raft/types.ts";
import { StorageError } from "./error.ts";
import { type RowKind, traitsOf } from "./row-kinds.ts";

/** `ENTRY_BYTES_MAX` is for a batch. This is for the rest of the entry, with a state of a log at its limits. */
const framingBytesMax = 20_000;

/** The values that storage reads from an entry's data, so that logs can be found by them. */
export interface LogRow {
  readonly kind: RowKind;
  /** The life that it belongs to. */
  readonly log: LogId;
  /** Only if a life begins, changes or ends here. Then there is a state too. */
  readonly name: string | null;
  readonly state: LogState | null;
  readonly start: Seq;
  /** Records; the log's tail after this row is `start + count`. */
  readonly count: number;
  /** Bytes of this life's batches, including this one. */
  readonly bytes: number;
  readonly timestamp: number;
  readonly producer: ProducerTuple | null;
  /** The key of a document. */
  readonly key: string | null;
}

/** Null for an entry of no log: a no-op or a configuration. Throws `CodecError` for data that no encoder wrote. */
export function toLogRow(entry: Entry): LogRow | null {
  if (entry.kind !== "command") return null;
  const logged = decodeLogEntry(entry.data);
  const { timestamp, start } = logged;
  const batch = batchOf(logged);
  const bytes = logged.bytes + (batch?.records.length ?? 0);
  return { timestamp, start, bytes, count: batch?.count ?? 0, ...ownColumns(logged, entry.index) };
}

type OwnColumns = Pick<LogRow, "kind" | "log" | "name" | "state" | "producer" | "key">;

/** The columns that only some kinds of entries fill. */
function ownColumns(logged: LogEntry, index: Index): OwnColumns {
  const none = { name: null, state: null, producer: null, key: null };
  switch (logged.kind) {
    case "create":
      return { ...none, kind: "create", log: index, name: logged.name, state: logged.state };
    case "append":
      return { ...none, kind: "append", log: logged.log, producer: logged.producer };
    case "alter": {
      const { log, name, state, producer, trims } = logged;
      return { ...none, kind: trims ? "trim" : "alter", log, name, state, producer };
    }
    case "delete":
      return { ...none, kind: "delete", log: logged.log, name: logged.name, state: logged.state };
    case "document":
      return { ...none, kind: "document", log: logged.log, key: logged.key };
  }
}

/** Whether sweeps must check the log now and then, because time or its own growth may change it. */
export function isSwept({ kind, state }: LogRow): boolean {
  if (state === null || traitsOf(kind)?.life === "ends") return false;
  const { ttlSeconds, expiresAt, retention } = state;
  return [ttlSeconds, expiresAt, retention.ageMs, retention.bytes, retention.records].some(
    (it) => it !== null,
  );
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

/** The last index once `persist` is written to a log that ends at `lastIndex`. Throws `StorageError`. */
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

/** A snapshot's rows have gaps, but come after the present ones. */
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

/** The platform does not enforce its limit for a row everywhere, so it is checked here. */
function assertFits({ index, data }: Entry): void {
  if (data.length <= ENTRY_BYTES_MAX + framingBytesMax) return;
  throw new StorageError("misuse", `entry ${index} has ${data.length} bytes, too many for a row`, index);
}

/** Throws `StorageError` unless the rows follow each other from `from` on. */
export function assertNoGap(entries: readonly Entry[], from: Index): void {
  const gap = entries.findIndex(({ index }, i) => index !== from + i);
  if (gap === -1) return;
  throw new StorageError("damaged-entry", `entry ${from + gap} is missing`, toIndex(from + gap));
}

/** The batch that a row holds. Throws `StorageError` if it holds none. */
export function toStoredBatch({ index, data }: Entry): StoredBatch {
  const logged = decodeLogEntry(data);
  const batch = batchOf(logged);
  if (batch === null) throw new StorageError("damaged-entry", `entry ${index} holds no batch`, index);
  const { start, timestamp } = logged;
  return { start, timestamp, count: batch.count, records: batch.records };
}

/** The value that a document's row holds; null if it removes the value. Throws `StorageError` for any other row. */
export function toDocumentValue({ index, data }: Entry): Uint8Array | null {
  const logged = decodeLogEntry(data);
  if (logged.kind === "document") return logged.value;
  throw new StorageError("damaged-entry", `entry ${index} holds no document`, index);
}
