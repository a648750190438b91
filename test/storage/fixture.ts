import { appendCommand, createCommand } from "../../src/log/commands.ts";
import { decide } from "../../src/log/decide.ts";
import { encodeLogEntry } from "../../src/log/entry-codec.ts";
import { encodeRecords } from "../../src/log/records.ts";
import { plainState } from "../../src/log/state.ts";
import {
  type AlterEntry,
  type AppendCommand,
  type Command,
  type CreateCommand,
  type CreateEntry,
  type DeleteEntry,
  type LogEntry,
  type LogId,
  toSeq,
} from "../../src/log/types.ts";
import { encodeConfiguration } from "../../src/raft/configuration.ts";
import { createEntry } from "../../src/raft/entry.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import type { Persist } from "../../src/raft/ready.ts";
import { type Entry, type Index, toIndex } from "../../src/raft/types.ts";
import type { Storage } from "../../src/storage/contract.ts";

export const identity = bootstrapIdentity("main", 2, ["wnam", "enam", "weur"]);

export const everything = toIndex(1_000_000);

/** Runs `body` on an untouched storage. */
export type WithStorage = (body: (storage: Storage) => void) => void | Promise<void>;

/** The storage of a started node, in `term`. */
export function begun<T extends Storage>(storage: T, term = 1): T {
  storage.prepare(identity);
  storage.start();
  storage.write(persist({ hardState: { currentTerm: term, votedFor: null } }));
  return storage;
}

export function persist(part: Partial<Persist>): Persist {
  return { hardState: null, quiesce: null, truncateFrom: null, snapshot: null, append: [], ...part };
}

export function lastIndex(storage: Storage): Index {
  return storage.load()?.lastIndex ?? toIndex(0);
}

export function noop(index: number, term = 1): Entry {
  return createEntry(toIndex(index), term, "noop", new Uint8Array());
}

export function command(index: number, entry: LogEntry, term = 1): Entry {
  return createEntry(toIndex(index), term, "command", encodeLogEntry(entry));
}

/** A batch of `count` records, each `bytes` long and all `fill`. */
function batch(count: number, fill = 0, bytes = 4): Uint8Array {
  const record = { format: "binary", headers: [], value: new Uint8Array(bytes).fill(fill) } as const;
  return encodeRecords(Array.from({ length: count }, () => record));
}

interface AppendParts extends Partial<Omit<AppendCommand, "kind" | "name" | "records">> {
  readonly fill?: number;
  readonly bytes?: number;
}

export function appendTo(name: string, { count = 1, fill, bytes, ...rest }: AppendParts = {}): AppendCommand {
  return appendCommand(name, { count, records: batch(count, fill, bytes) }, rest);
}

/** A fork of a log at its tail, or at `at`. */
export function forkOf(sourceName: string, name: string, at: number | null = null): CreateCommand {
  return createCommand(name, { fork: { sourceName, anchor: at, subOffset: 0, at: null } });
}

/** The entry that opens a plain log. */
export function madeLog(name: string, start: number, timestamp: number): CreateEntry {
  const state = plainState(toSeq(start), timestamp);
  return { kind: "create", name, start: toSeq(start), bytes: 0, timestamp, state, batch: null };
}

/** An entry that changes a log. */
export function changedLog(name: string, log: LogId, tail: number): AlterEntry {
  const { start, state, timestamp } = madeLog(name, tail, 1_000);
  const none = { trims: false, batch: null, producer: null };
  return { kind: "alter", name, log, start, bytes: 0, timestamp, state, ...none };
}

/** The entry that deletes a log. */
export function deletedLog(name: string, log: LogId, tail: number, timestamp: number): DeleteEntry {
  const { start, state } = madeLog(name, tail, timestamp);
  return { kind: "delete", name, log, start, bytes: 0, timestamp, state };
}

/**
 * Decides each command, and writes it as its own entry. A command that only gets an answer writes nothing.
 */
export function run(storage: Storage, commands: readonly Command[], { term = 1, now = 1_000 } = {}): void {
  for (const each of commands) {
    const last = lastIndex(storage);
    const decision = decide(each, storage.view(last), now);
    if (decision.kind !== "propose") continue;
    storage.write(persist({ append: [command(last + 1, decision.entry, term)] }));
  }
}

export function configuration(index: number, voters: readonly number[]): Entry {
  const data = encodeConfiguration({ ...identity.configuration, voters });
  return createEntry(toIndex(index), 1, "configuration", data);
}
