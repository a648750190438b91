import { CodecError } from "../log/codec-error.ts";
import { pack, toBytes, toNatural, unpack } from "../log/packed.ts";
import type { Message } from "../raft/messages.ts";
import { type Entry, type Index, toIndex } from "../raft/types.ts";

/** Positions in this list are numbers on the wire: add only at the end. */
const types: readonly Message["type"][] = [
  "PreVote",
  "PreVoteResponse",
  "RequestVote",
  "RequestVoteResponse",
  "AppendEntries",
  "AppendEntriesAccepted",
  "AppendEntriesRejected",
  "TimeoutNow",
  "InstallSnapshot",
  "InstallSnapshotResponse",
  "Removed",
];
const kinds: readonly Entry["kind"][] = ["noop", "command", "configuration"];

/** A batch of messages as the body of one fetch. */
export function encodeMessages(messages: readonly Message[]): Uint8Array {
  return pack(
    messages.map((message) => [types.indexOf(message.type), ...envelope(message), ...fields(message)]),
  );
}

/** Decodes what `encodeMessages` gave. Entries' data are views on `body`. Throws `CodecError`. */
export function decodeMessages(body: Uint8Array): Message[] {
  return unpack(body).map(toMessage);
}

const envelope = ({ from, to, term }: Message): readonly number[] => [from, to, term];

function fields(message: Message): readonly unknown[] {
  switch (message.type) {
    case "PreVote":
      return [message.lastIndex, message.lastTerm, message.configurationIndex, message.recoveries];
    case "RequestVote":
      return [
        ...[message.lastIndex, message.lastTerm, message.isTransfer ? 1 : 0],
        ...[message.configurationIndex, message.recoveries],
      ];
    case "PreVoteResponse":
    case "RequestVoteResponse":
      return [message.granted ? 1 : 0];
    case "AppendEntries": {
      const { prevIndex, prevTerm, commitIndex, round, entries } = message;
      const last = [message.configurationIndex, message.quiesce ? 1 : 0, message.recoveries];
      return [prevIndex, prevTerm, commitIndex, round, entries.map(fromEntry), ...last];
    }
    case "AppendEntriesAccepted":
      return [message.round, message.matchIndex, message.quiesced ? 1 : 0];
    case "AppendEntriesRejected":
      return [message.round, message.prevIndex, message.hintIndex, message.hintTerm, message.commitIndex];
    case "InstallSnapshot": {
      const { prevIndex, lastIndex, lastTerm, snapshotIndex, checksum, entries, configurationIndex } =
        message;
      const numbers = [prevIndex, lastIndex, lastTerm, snapshotIndex, checksum, configurationIndex];
      return [...numbers, entries.map(fromEntry), message.recoveries];
    }
    case "InstallSnapshotResponse":
      return [message.prevIndex, message.commitIndex];
    case "TimeoutNow":
      return [message.lastIndex];
    case "Removed":
      return [];
  }
}

const fromEntry = ({ index, term, kind, checksum, data }: Entry): readonly unknown[] => [
  index,
  term,
  kinds.indexOf(kind),
  checksum,
  data,
];

function toMessage(packed: unknown): Message {
  const [type, ...rest] = toArray(packed);
  const from = toNatural(rest[0]);
  const to = toNatural(rest[1]);
  const term = toNatural(rest[2]);
  return { from, to, term, ...toFields(types[toNatural(type)], rest.slice(3)) };
}

type Fields<M> = M extends Message ? Omit<M, "from" | "to" | "term"> : never;

function toFields(type: Message["type"] | undefined, packed: readonly unknown[]): Fields<Message> {
  switch (type) {
    case "PreVote":
      return {
        type,
        lastIndex: indexAt(packed, 0),
        lastTerm: toNatural(packed[1]),
        configurationIndex: addedAt(packed, 2),
        recoveries: addedAt(packed, 3),
      };
    case "RequestVote": {
      const [, lastTerm, isTransfer] = packed;
      return {
        type,
        lastIndex: indexAt(packed, 0),
        lastTerm: toNatural(lastTerm),
        isTransfer: isTransfer === 1,
        configurationIndex: addedAt(packed, 3),
        recoveries: addedAt(packed, 4),
      };
    }
    case "PreVoteResponse":
    case "RequestVoteResponse":
      return { type, granted: packed[0] === 1 };
    case "AppendEntries": {
      // The previous version has no sleep: its heartbeats put no node to sleep, and its followers never sleep.
      const [, prevTerm, , round, entries, , quiesce] = packed;
      const indexes = {
        prevIndex: indexAt(packed, 0),
        commitIndex: indexAt(packed, 2),
        configurationIndex: addedAt(packed, 5),
      };
      const numbers = {
        prevTerm: toNatural(prevTerm),
        round: toNatural(round),
        recoveries: addedAt(packed, 7),
      };
      return { type, ...indexes, ...numbers, entries: toArray(entries).map(toEntry), quiesce: quiesce === 1 };
    }
    case "AppendEntriesAccepted":
      return {
        type,
        round: toNatural(packed[0]),
        matchIndex: indexAt(packed, 1),
        quiesced: packed[2] === 1,
      };
    case "AppendEntriesRejected": {
      const round = toNatural(packed[0]);
      const indexes = { prevIndex: indexAt(packed, 1), hintIndex: indexAt(packed, 2) };
      const hintTerm = toNatural(packed[3]);
      return { type, round, ...indexes, hintTerm, commitIndex: addedAt(packed, 4) };
    }
    case "InstallSnapshot": {
      const [, , lastTerm, , checksum, , entries] = packed;
      const indexes = { prevIndex: indexAt(packed, 0), lastIndex: indexAt(packed, 1) };
      const recoveries = addedAt(packed, 7);
      const numbers = { lastTerm: toNatural(lastTerm), checksum: toNatural(checksum), recoveries };
      const reach = { snapshotIndex: indexAt(packed, 3), configurationIndex: indexAt(packed, 5) };
      return { type, ...indexes, ...numbers, ...reach, entries: toArray(entries).map(toEntry) };
    }
    case "InstallSnapshotResponse":
      return { type, prevIndex: indexAt(packed, 0), commitIndex: indexAt(packed, 1) };
    case "TimeoutNow":
      return { type, lastIndex: addedAt(packed, 0) };
    case "Removed":
      return { type };
    case undefined:
      throw new CodecError("a message's type is not known");
  }
}

function toEntry(packed: unknown): Entry {
  const fields = toArray(packed);
  const kind = kinds[toNatural(fields[2])];
  if (kind === undefined) throw new CodecError("an entry's kind is not known");
  const [, term, , checksum, data] = fields;
  return {
    ...{ index: indexAt(fields, 0), term: toNatural(term), kind },
    ...{ checksum: toNatural(checksum), data: toBytes(data) },
  };
}

const indexAt = (packed: readonly unknown[], place: number): Index => toIndex(toNatural(packed[place]));

/** As `indexAt`, for a field that the previous version does not send. */
const addedAt = (packed: readonly unknown[], place: number): Index => toIndex(toNatural(packed[place] ?? 0));

function toArray(packed: unknown): readonly unknown[] {
  if (Array.isArray(packed)) return packed;
  throw new CodecError("an array is missing");
}
