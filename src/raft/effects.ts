import type { Persist, Ready } from "./ready.ts";
import type { Effects, State } from "./state.ts";

export const noEffects = (): Effects => ({
  hardStateChanged: false,
  quiesceChanged: false,
  truncateFrom: null,
  snapshot: null,
  append: [],
  messages: [],
  reads: [],
});

/** Whether a term, a vote or a change of the log waits to be written. */
export const changesLog = ({ hardStateChanged, truncateFrom, snapshot, append }: Effects): boolean =>
  hardStateChanged || truncateFrom !== null || snapshot !== null || append.length > 0;

/** Takes the effects of the inputs since the last call. */
export function takeEffects(state: State): Ready {
  const { messages, reads } = state.effects;
  const ready = { persist: persistOf(state), afterPersist: { messages, reads } };
  Object.assign(state.effects, noEffects());
  return ready;
}

function persistOf({ effects, currentTerm, votedFor, quiesce }: State): Persist | null {
  const { hardStateChanged, quiesceChanged, truncateFrom, snapshot, append } = effects;
  if (!quiesceChanged && !changesLog(effects)) return null;
  return {
    hardState: hardStateChanged ? { currentTerm, votedFor } : null,
    quiesce: quiesceChanged ? (quiesce ?? "awake") : null,
    truncateFrom,
    snapshot,
    append,
  };
}
