import type { Page, PageStart, QueryResult } from "../../../src/transport/protocol.ts";
import { recordsIn } from "../clients/payload.ts";
import { Finding } from "./finding.ts";
import type { Replay } from "./replay.ts";
import type { ReplayedLife } from "./replayed-life.ts";

/** What a node showed of a log. */
export interface Sighting {
  readonly name: string;
  readonly from: PageStart;
  /** Up to which Raft index it showed it. */
  readonly index: number;
  readonly result: QueryResult;
}

/**
 * A node that shows a log as of an index shows the result of the entries up to there. Of a fork it shows the records
 * of its source first, and then its own.
 */
export function checkSighting(replay: Replay, { name, from, index, result }: Sighting): void {
  const life = replay.life(name, index);
  const wrong = (what: string): Finding =>
    new Finding("as of an index", `${name} at entry ${index}: ${what}`);
  if (life === null || !life.isPresentAt(index)) {
    const expected = life?.isDeleted === true && life.isHeldAt(index) ? "log-gone" : "log-not-found";
    if (result.kind !== expected) throw wrong(`${result.kind}, not ${expected}`);
    return;
  }
  if (result.kind !== "page") throw wrong(result.kind);
  const problem = problemOf(result, from, life, index);
  if (problem !== null) throw wrong(problem);
}

function problemOf(page: Page, start: PageStart, life: ReplayedLife, index: number): string | null {
  const version = life.at(index);
  if (version === null || page.log !== life.id) return `life ${page.log}`;
  const { tail, earliest, closed } = version;
  if (page.tail !== tail || page.earliest !== earliest || page.state.closed !== closed)
    return `[${page.earliest}, ${page.tail}), not [${earliest}, ${tail})`;
  const { from, next, complete, batches } = page;
  if (from !== beginning(start, earliest, tail)) return `begins at ${from}`;
  const isWhole = complete === next >= tail && (from >= tail || next > from);
  const records = recordsIn(batches, from, next);
  const isSame = records.length === next - from && records.every((it, i) => it === life.records[from + i]);
  return isWhole && isSame ? null : `[${from}, ${next}) shows ${records.length} records`;
}

function beginning(start: PageStart, earliest: number, tail: number): number {
  switch (start.at) {
    case "seq":
      return Math.max(start.seq, earliest);
    case "earliest":
      return earliest;
    case "tail":
      return tail;
    case "last":
      return Math.max(earliest, tail - start.count);
    case "time":
      throw new Error("no reader of the simulation begins at a time");
  }
}
