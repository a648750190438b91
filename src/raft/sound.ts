import { isIntact, segmentChecksum } from "./entry.ts";
import type { AppendEntries, InstallSnapshot, Message } from "./messages.ts";

/** Whether a message arrived sound. */
export interface Soundness {
  /** If not, it is dropped like a lost message. */
  readonly isSound: boolean;
  /** How many entries arrived damaged; a segment counts as one. */
  readonly damaged: number;
}

/** A message is sound if it is as its author wrote it, and if it could be right at all. */
export function soundnessOf(message: Message): Soundness {
  if (message.type === "AppendEntries") return soundnessOfEntries(message);
  if (message.type !== "InstallSnapshot") return { isSound: true, damaged: 0 };
  const isSound = isSoundSegment(message);
  return { isSound, damaged: isSound ? 0 : 1 };
}

/** Entries must follow each other, and be as their author wrote them. */
function soundnessOfEntries({ entries, prevIndex, prevTerm, term }: AppendEntries): Soundness {
  const damaged = entries.filter((entry) => !isIntact(entry)).length;
  const inOrder = entries.every((entry, i) => {
    const termBefore = entries[i - 1]?.term ?? prevTerm;
    return entry.index === prevIndex + 1 + i && entry.term >= termBefore && entry.term <= term;
  });
  return { isSound: damaged === 0 && inOrder, damaged };
}

/** Whether a segment is as its sender sent it, and valid. */
function isSoundSegment(message: InstallSnapshot): boolean {
  const { prevIndex, lastIndex, lastTerm, snapshotIndex, entries, term } = message;
  const last = entries.at(-1);
  const inOrder = entries.every((entry, i) => {
    const before = entries[i - 1] ?? { index: prevIndex, term: 0 };
    return entry.index > before.index && entry.term >= before.term;
  });
  const hasRightEnds =
    prevIndex < lastIndex &&
    lastIndex <= snapshotIndex &&
    lastTerm <= term &&
    (last === undefined || (last.index <= lastIndex && last.term <= lastTerm));
  return inOrder && hasRightEnds && entries.every(isIntact) && segmentChecksum(message) === message.checksum;
}
