import { isHeld } from "../log/forks.ts";
import { toSeq } from "../log/types.ts";
import type { Life, LogView } from "../log/view.ts";
import type { Index } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import { StorageError } from "../storage/error.ts";
import type {
  Description,
  LogEnds,
  Page,
  PageQuery,
  PageStart,
  Query,
  QueryResult,
} from "../transport/protocol.ts";
import { endOf, readSpans, seekSpans, spansOf } from "./spans.ts";

/**
 * Answers a query from a node's own rows, as of `upTo`. Null if this copy is damaged, which concerns only this query.
 */
export function resultOf(query: Query, storage: Storage, upTo: Index): QueryResult | null {
  try {
    return evaluate(query, storage, upTo);
  } catch (error) {
    if (!(error instanceof StorageError && error.fault === "damaged-entry")) throw error;
    console.error("a read failed:", error);
    return null;
  }
}

/** As `resultOf`, but throws `StorageError`. */
export function evaluate(query: Query, storage: Storage, upTo: Index): QueryResult {
  if (query.kind === "names") return { kind: "names", names: storage.names({ ...query, upTo }) };
  const view = storage.view(upTo);
  if (query.kind === "ends") return { kind: "ends", ends: query.names.flatMap((name) => endsOf(name, view)) };
  const life = view.life(query.name);
  if (life === null) return { kind: "log-not-found" };
  if (life.deleted) return { kind: isHeld(life.id, view) ? "log-gone" : "log-not-found" };
  const { id: log } = life;
  switch (query.kind) {
    case "page":
      return page(query, life, view, storage, upTo);
    case "describe":
      return describe(life, view);
    case "documents":
      return { kind: "documents", log, documents: storage.documents({ ...query, log, upTo }) };
  }
}

/** No results for a log that does not exist. */
function endsOf(name: string, view: LogView): readonly LogEnds[] {
  const life = view.life(name);
  if (life === null || life.deleted) return [];
  const { id: log, state } = life;
  const { start, earliest } = state;
  return [{ name, log, start, earliest, tail: view.tail(log).seq }];
}

function describe({ id: log, name, state }: Life, view: LogView): Description {
  const { seq: tail, bytes, timestamp } = view.tail(log);
  return { kind: "description", name, log, tail, bytes: bytes - state.trimmedBytes, state, timestamp };
}

function page(query: PageQuery, life: Life, view: LogView, storage: Storage, upTo: Index): Page {
  const { id: log, state } = life;
  const { seq: tail, timestamp } = view.tail(log);
  const { earliest } = state;
  const end = Math.min(query.until ?? tail, tail);
  const from = toSeq(firstSeq(query.from, life, tail, view));
  const { recordsMax, bytesMax } = query;
  const batches = readSpans(storage, spansOf(life, from, end), { recordsMax, bytesMax, upTo });
  const next = toSeq(Math.min(endOf(batches) ?? from, from + recordsMax));
  const positions = { from, next, tail, earliest, complete: next >= end };
  return { kind: "page", log, ...positions, batches, state, timestamp };
}

function firstSeq(from: PageStart, life: Life, tail: number, view: LogView): number {
  const { earliest } = life.state;
  switch (from.at) {
    case "seq":
      return Math.max(from.seq, earliest);
    case "earliest":
      return earliest;
    case "tail":
      return tail;
    case "last":
      return Math.max(earliest, tail - from.count);
    case "time":
      return (
        seekSpans(spansOf(life, earliest, tail), view, (batch) => batch.timestamp < from.timestamp) ?? tail
      );
  }
}
