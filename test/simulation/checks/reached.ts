import { CONSUMER_PREFIX } from "../../../src/log/consumer.ts";
import { isDeletable } from "../clients/log-names.ts";
import type { Marks } from "../world/trace.ts";
import { hasPassedOn } from "./consumers.ts";
import type { Replay } from "./replay.ts";
import type { ReplayedLife } from "./replayed-life.ts";

/** Counts the states of logs that are worth reaching. */
export function countReached(replay: Replay, marks: Marks): void {
  for (const life of [...replay.names.values()].flat())
    for (const what of deedsOf(life)) marks.count(`reached: ${what}`);
}

function deedsOf(life: ReplayedLife): readonly string[] {
  const { source, state, name, documents } = life;
  const consumers = new Set(documents.map(({ key }) => key).filter((key) => key.startsWith(CONSUMER_PREFIX)));
  return [
    ...(source === null ? [] : ["a log was forked"]),
    ...(source?.source === undefined || source.source === null ? [] : ["a fork was forked"]),
    ...(source !== null && source.endedAt < life.endedAt ? ["a fork outlived its source"] : []),
    ...([...consumers].some((key) => hasPassedOn(life, key)) ? ["a lease passed to another holder"] : []),
    ...(state.closed ? ["a log was closed"] : []),
    ...(!isDeletable(name) && Number.isFinite(life.endedAt) ? ["a log's time was over"] : []),
    ...(!isDeletable(name) && state.earliest > state.start ? ["records were not retained any more"] : []),
  ];
}
