import type { Message } from "./messages.ts";
import type { ConfirmedRead, Persist, Ready, SnapshotWrite } from "./ready.ts";
import type { State } from "./state.ts";
import type { Entry, Index } from "./types.ts";

/** The effects of the present input, until `ready` takes them. */
export interface Effects {
  hardStateChanged: boolean;
  sleepChanged: boolean;
  truncateFrom: Index | null;
  snapshot: SnapshotWrite | null;
  append: Entry[];
  messages: Message[];
  reads: ConfirmedRead[];
}

export const noEffects = (): Effects => ({
  hardStateChanged: false,
  sleepChanged: false,
  truncateFrom: null,
  snapshot: null,
  append: [],
  messages: [],
  reads: [],
});

/** Whether anything of the term, the vote or the log waits to be written. */
export const changesLog = ({ hardStateChanged, truncateFrom, snapshot, append }: Effects): boolean =>
  hardStateChanged || truncateFrom !== null || snapshot !== null || append.length > 0;

/** Takes the effects of the inputs since the last time. */
export function takeEffects(state: State): Ready {
  const { messages, reads } = state.effects;
  const ready = { persist: persistOf(state), afterPersist: { messages, reads } };
  Object.assign(state.effects, noEffects());
  return ready;
}

function persistOf({ effects, currentTerm, votedFor, sleep }: State): Persist | null {
  const { hardStateChanged, sleepChanged, truncateFrom, snapshot, append } = effects;
  if (!sleepChanged && !changesLog(effects)) return null;
  return {
    hardState: hardStateChanged ? { currentTerm, votedFor } : null,
    sleep: sleepChanged ? (sleep ?? "awake") : null,
    truncateFrom,
    snapshot,
    append,
  };
}
