import { answer, batchRefusal, type Decision, notBefore, propose, refuse } from "./decision.ts";
import { isHeld, lineageOf } from "./forks.ts";
import { FORK_DEPTH_MAX } from "./limits.ts";
import type { Refusal } from "./outcome.ts";
import { isOver, plainState } from "./state.ts";
import { alteration } from "./subject.ts";
import type { CreateCommand, CreateEntry, ForkRequest, LogState, Retention, Seq, Settings } from "./types.ts";
import { toSeq } from "./types.ts";
import type { Life, LogView } from "./view.ts";

export function decideCreate(command: CreateCommand, view: LogView, now: number): Decision {
  const newest = view.life(command.name);
  if (newest !== null && !isOver(newest, view, now)) return decideExisting(command, newest, view, now);
  if (newest !== null && isHeld(newest.id, view)) return refuse({ reason: "log-gone" });
  const tooLarge = batchRefusal(command.batch);
  if (tooLarge !== null) return refuse(tooLarge);
  const before = newest === null ? { seq: toSeq(0), timestamp: now } : view.tail(newest.id);
  const timestamp = notBefore(before, now);
  const beyond = toSeq(Math.max(before.seq, newest?.state.beyond ?? 0));
  if (command.fork !== null) return decideFork(command, command.fork, view, { now, timestamp, beyond });
  // A new life continues where the old ones ended, so that an old position never means a new record.
  return begin(command, { ...plainState(beyond, timestamp), ...command.settings });
}

function decideExisting(command: CreateCommand, life: Life, view: LogView, now: number): Decision {
  const { state } = life;
  const tail = view.tail(life.id);
  const there = { kind: "created", fresh: false, tail: tail.seq, state } as const;
  if (command.existing === "keep") return answer(there);
  if (command.existing === "match")
    return isAsAsked(command, state) ? answer(there) : refuse({ reason: "log-exists" });
  const { retention } = command.settings;
  if (isSameRetention(retention, state.retention)) return answer(there);
  const entry = alteration({ life, tail, view, now }, { retention });
  return propose(entry, () => ({ ...there, state: entry.state }));
}

function isSameRetention(a: Retention, b: Retention): boolean {
  return a.ageMs === b.ageMs && a.bytes === b.bytes && a.records === b.records;
}

function isAsAsked({ settings, closed, fork }: CreateCommand, state: LogState): boolean {
  const wanted = fork === null ? settings : inheriting(settings, state);
  const isSame =
    wanted.contentType === state.contentType &&
    wanted.ttlSeconds === state.ttlSeconds &&
    wanted.expiresAt === state.expiresAt &&
    closed === state.closed;
  return isSame && isSameFork(fork, state);
}

function isSameFork(asked: ForkRequest | null, { fork }: LogState): boolean {
  if (asked === null || fork === null) return asked === null && fork === null;
  const isSameAnchor = asked.anchor === null || asked.anchor === fork.anchor;
  return isSameAnchor && asked.sourceName === fork.sourceName && asked.subOffset === fork.subOffset;
}

/** Settings that a fork does not name come from its source. */
function inheriting(settings: Settings, source: Settings): Settings {
  const isTimed = settings.ttlSeconds !== null || settings.expiresAt !== null;
  const { ttlSeconds, expiresAt } = isTimed ? settings : source;
  return { ...settings, contentType: settings.contentType ?? source.contentType, ttlSeconds, expiresAt };
}

function decideFork(
  command: CreateCommand,
  asked: ForkRequest,
  view: LogView,
  { now, timestamp, beyond }: { readonly now: number; readonly timestamp: number; readonly beyond: Seq },
): Decision {
  const source = view.life(asked.sourceName);
  if (source === null) return refuse({ reason: "source-not-found" });
  if (isOver(source, view, now))
    return refuse({ reason: isHeld(source.id, view) ? "source-gone" : "source-not-found" });
  const tail = view.tail(source.id);
  const anchor = toSeq(asked.anchor ?? tail.seq);
  const at = toSeq(asked.at ?? anchor);
  const lineage = lineageOf(source, at);
  const settings = inheriting(command.settings, source.state);
  const refusal = forkRefusal(source, tail.seq, Math.min(anchor, at), Math.max(anchor, at));
  if (refusal !== null) return refuse(refusal);
  // Records from before the source's own had no media type.
  const { contentType } = command.batch === null ? settings : command.settings;
  if (contentType !== source.state.contentType)
    return refuse({ reason: "content-type-mismatch", contentType: source.state.contentType });
  if (lineage.length > FORK_DEPTH_MAX) return refuse({ reason: "fork-too-deep", depthMax: FORK_DEPTH_MAX });
  const { sourceName, subOffset } = asked;
  const fork = { source: source.id, sourceName, anchor, subOffset, lineage };
  const created = plainState(at, notBefore(tail, timestamp));
  return begin(command, { ...created, ...settings, earliest: source.state.earliest, fork, beyond });
}

function forkRefusal({ state: { earliest } }: Life, tail: Seq, first: number, last: number): Refusal | null {
  if (last > tail) return { reason: "beyond-tail", tail };
  return first < earliest ? { reason: "trimmed", earliest, tail } : null;
}

function begin({ name, batch, closed }: CreateCommand, fresh: LogState): Decision {
  const { start, createdAt: timestamp } = fresh;
  const state = { ...fresh, closed };
  const entry: CreateEntry = { kind: "create", name, start, bytes: 0, timestamp, state, batch };
  const tail = toSeq(start + (batch?.count ?? 0));
  return propose(entry, () => ({ kind: "created", fresh: true, tail, state }));
}
