import { type LogId, toSeq } from "../log/types.ts";
import type { LogView } from "../log/view.ts";
import type { Index } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import type { Page, PageQuery, Query, QueryResult } from "../transport/protocol.ts";

/** Answers a query from a node's own rows, as of `upTo`. */
export function evaluate(query: Query, storage: Storage, upTo: Index): QueryResult {
  if (query.kind === "names") return { kind: "names", names: storage.names({ ...query, upTo }) };
  const view = storage.view(upTo);
  const life = view.life(query.name);
  if (life === null || life.deleted) return { kind: "log-not-found" };
  if (query.kind === "page") return page(query, life.id, life.start, view, storage, upTo);
  const { seq: tail, timestamp } = view.tail(life.id);
  const { name, start: earliest, createdAt } = life;
  return { kind: "description", name, earliest, tail, createdAt, timestamp };
}

function page(
  query: PageQuery,
  log: LogId,
  earliest: number,
  view: LogView,
  storage: Storage,
  upTo: Index,
): Page {
  const tail = view.tail(log).seq;
  const from = toSeq(firstSeq(query.from, earliest, tail));
  const range = { log, from, until: tail, recordsMax: query.recordsMax, bytesMax: query.bytesMax, upTo };
  const batches = from < tail ? storage.batches(range) : [];
  const last = batches.at(-1);
  const covered = last === undefined ? from : last.start + last.count;
  const next = Math.min(covered, from + query.recordsMax);
  return {
    kind: "page",
    ...{ log, from, next: toSeq(next), tail, earliest: toSeq(earliest), complete: next >= tail, batches },
  };
}

function firstSeq(from: PageQuery["from"], earliest: number, tail: number): number {
  switch (from.at) {
    case "seq":
      return Math.max(from.seq, earliest);
    case "earliest":
      return earliest;
    case "tail":
      return tail;
    case "last":
      return Math.max(earliest, tail - from.count);
  }
}
