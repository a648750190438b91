import type { LogState, Retention, Seq, Settings } from "./types.ts";
import type { Life, LogView, Tail } from "./view.ts";

export const keepAll: Retention = { ageMs: null, bytes: null, records: null };

export const plainSettings: Settings = {
  contentType: null,
  retention: keepAll,
  ttlSeconds: null,
  expiresAt: null,
};

/** The state of a log that was just created with default settings. */
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

/**
 * To renew a log's time after a read needs a write. It is left out while less than this part of the time to live has
 * passed …
 */
const renewalShare = 0.1;

/** Whether a read at `now` must be recorded. */
export function isRenewalDue({ ttlSeconds }: Settings, { timestamp }: Tail, now: number): boolean {
  return ttlSeconds !== null && now - timestamp > ttlSeconds * 1_000 * renewalShare;
}

/** Whether a log's time is over. … and the same part is added to it here, so that it never ends too early. */
export function isExpired({ ttlSeconds, expiresAt }: Settings, { timestamp }: Tail, now: number): boolean {
  if (expiresAt !== null && now >= expiresAt) return true;
  return ttlSeconds !== null && now - timestamp >= ttlSeconds * 1_000 * (1 + renewalShare);
}

/** Whether the newest life of a name is over: it was deleted, or its time is over. */
export function isOver(life: Life, view: LogView, now: number): boolean {
  return life.deleted || isExpired(life.state, view.tail(life.id), now);
}
