import { toIndex } from "../../../src/raft/types.ts";
import type { LogHistory } from "../clients/history.ts";
import type { Machine } from "../world/machine.ts";
import type { Marks } from "../world/trace.ts";
import { require } from "./finding.ts";
import { liveRows } from "./live-rows.ts";
import type { Oracle } from "./oracle.ts";
import { countReached } from "./reached.ts";
import { Replay } from "./replay.ts";
import { compareLogs } from "./stored-logs.ts";
import { judgeBatches, judgeHistory } from "./verdicts.ts";

/** Judges all answers to clients, and the logs of the members in the end, by the committed entries. */
export function judge(
  oracle: Oracle,
  marks: Marks,
  members: readonly Machine[],
  histories: readonly LogHistory[],
): void {
  const last = toIndex(oracle.commits.last);
  const replay = new Replay(oracle.committed);
  replay.advance(last);
  countReached(replay, marks);
  for (const { storage } of members) compareLogs(storage, replay, last);
  for (const machine of members) if (machine.storage.isClean === true) requireLiveRows(machine, oracle);
  for (const history of histories) judgeHistory(replay, history);
  judgeBatches(replay, histories);
}

/** A compacted log holds exactly the rows that may still be needed: so storage is bounded by what is alive. */
function requireLiveRows({ id, storage }: Machine, oracle: Oracle): void {
  const { index } = storage.written.snapshot;
  const replay = new Replay(oracle.committed);
  replay.advance(index);
  const live = liveRows(replay, index, (at) => oracle.committed(at).entry);
  const everything = Number.MAX_SAFE_INTEGER;
  const rows = new Set<number>(
    storage.rows(toIndex(1), index, everything, everything).map((row) => row.index),
  );
  const dead = [...rows].filter((row) => !live.has(row));
  const lost = [...live].filter((row) => !rows.has(row));
  require(dead.length + lost.length === 0, "what is alive is left", () =>
    `node ${id} of ${index} still has ${dead}, and lacks ${lost}`);
}
