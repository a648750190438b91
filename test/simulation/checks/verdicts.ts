import type { LogHistory } from "../clients/history.ts";
import { isDeletable, isLinear } from "../clients/log-names.ts";
import { judgeSighting, judgeWrite } from "./consumers.ts";
import { Finding, require } from "./finding.ts";
import { checkHistory } from "./linearizability.ts";
import type { Replay } from "./replay.ts";
import { checkSighting } from "./sightings.ts";

/** Judges all answers that were given about one log. */
export function judgeHistory(replay: Replay, history: LogHistory): void {
  const { name } = history;
  for (const { record, appended } of history.acknowledgements) {
    const batch = replay.batches.get(appended.index);
    const same = batch?.term === appended.term && batch.start === appended.start;
    require(same && batch.records[0] === record, "acknowledged for ever", () =>
      `record ${record} is not at entry ${appended.index}`);
    const closed = replay.life(name, appended.index)?.at(appended.index)?.closed;
    require(closed === appended.closed, "closed for ever", () =>
      `entry ${appended.index} left ${name} ${closed === true ? "closed" : "open"}`);
  }
  for (const { index, tail } of history.tails) {
    const was = replay.tailAt(name, index);
    require(was === tail, "reads are prefixes", () =>
      `${name} had tail ${was} at entry ${index}, not ${tail}`);
  }
  for (const sighting of history.sightings) checkSighting(replay, sighting);
  judgeConsumers(replay, history);
  const lives = replay.names.get(name)?.length ?? 0;
  if (isLinear(name)) {
    // The records of a deletable log still are in one order, over all of its lives.
    const problem = checkHistory(history, replay.life(name)?.records ?? []);
    if (problem !== null) throw new Finding("linearizability", `${name}: ${problem}`);
    require(isDeletable(name) || lives <= 1, "replay", () => `${name} has ${lives} lives`);
  }
}

function judgeConsumers(replay: Replay, { name, consumerWrites, consumerSightings }: LogHistory): void {
  const life = replay.life(name);
  if (life === null) return;
  for (const write of consumerWrites) judgeWrite(life, write);
  for (const sighting of consumerSightings) judgeSighting(life, sighting);
}

/** Every batch was asked for by a client, is there once, and was not refused. */
export function judgeBatches(replay: Replay, histories: readonly LogHistory[]): void {
  const asked = new Map(
    histories.flatMap(({ appends }) => appends).map((append) => [append.records[0], append]),
  );
  for (const [index, { records }] of replay.batches) {
    const append = asked.get(records[0]);
    const isRight = append?.outcome !== "failed" && String(append?.records) === String(records);
    require(isRight, "appends", () =>
      `entry ${index} holds ${records}, which no client asked for, or not any more`);
    asked.delete(records[0]);
  }
}
