import type { LogState, Retention, Seq, Settings } from "./types.ts";
import type { Life, LogView, Tail } from "./view.ts";

export const keepAll: Retention = { ageMs: null, bytes: null, records: null };

export const plainSettings: Settings = {
  contentType: null,
  retention: keepAll,
  ttlSeconds: null,
  expiresAt: null,
};

/** The state of a log that was just created, and was told nothing in particular. */
export function plainState(start: Seq, createdAt: number): LogState {
  return {
    ...plainSettings,
    start,
    beyond: start,
    createdAt,
    earliest: start,
    trimmedBytes: 0,
    closed: false,
    closedBy: null,
    fencingToken: null,
    writerSeq: null,
    fork: null,
  };
}

/** A renewal by a read is a write: so it is left out while less than this part of the time to live has passed … */
const renewalShare = 0.1;

/** Whether a read at `now` is to be remembered. */
export function isRenewalDue({ ttlSeconds }: Settings, { timestamp }: Tail, now: number): boolean {
  return ttlSeconds !== null && now - timestamp > ttlSeconds * 1_000 * renewalShare;
}

/** Whether a log's time is over. … and as much more is added to it here: it never ends too early. */
export function isExpired({ ttlSeconds, expiresAt }: Settings, { timestamp }: Tail, now: number): boolean {
  if (expiresAt !== null && now >= expiresAt) return true;
  return ttlSeconds !== null && now - timestamp >= ttlSeconds * 1_000 * (1 + renewalShare);
}

/** Whether the newest life of a name is over: it was deleted, or its time has come. */
export function isOver(life: Life, view: LogView, now: number): boolean {
  return life.deleted || isExpired(life.state, view.tail(life.id), now);
}
