import type { AppendEntries, Message } from "../../../src/raft/messages.ts";
import type { Entry } from "../../../src/raft/types.ts";
import type { Random } from "./random.ts";

export const hasEntries = (message: Message): message is AppendEntries =>
  message.type === "AppendEntries" && message.entries.length > 0;

/** The message, with one bit of one entry flipped. */
export function damage(message: AppendEntries, random: Random): AppendEntries {
  const victim = random.pick(message.entries);
  const entries = message.entries.map((entry) => (entry === victim ? withWrongBit(entry, random) : entry));
  return { ...message, entries };
}

function withWrongBit(entry: Entry, random: Random): Entry {
  const bit = 1 << random.below(8);
  if (entry.data.length === 0) return { ...entry, checksum: entry.checksum ^ bit };
  const at = random.below(entry.data.length);
  return { ...entry, data: entry.data.map((byte, i) => (i === at ? byte ^ bit : byte)) };
}
