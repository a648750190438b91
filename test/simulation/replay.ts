import { decodeLogEntry } from "../../src/log/entry-codec.ts";
import { type AlterEntry, type AppendEntry, toSeq } from "../../src/log/types.ts";
import type { Life } from "../../src/log/view.ts";
import type { Entry, Index } from "../../src/raft/types.ts";
import type { Storage } from "../../src/storage/contract.ts";
import type { Answer } from "../../src/transport/protocol.ts";
import { Finding, require } from "./finding.ts";
import type { LogHistory } from "./history.ts";
import { checkHistory } from "./linearizability.ts";
import { decodeBatch, recordsIn } from "./payload.ts";

/** A log as the Raft entries make it, told apart from what storage makes of them. */
interface ReplayedLog {
  /** The newest life. */
  id: Index;
  lives: number;
  /** Over all lives. */
  readonly records: number[];
  /** The tail after each entry, by Raft index; null where it was deleted. */
  readonly tails: { readonly index: number; readonly tail: number | null }[];
  lastTimestamp: number;
  deleted: boolean;
  /** Of the newest life. */
  earliest: number;
  readonly documents: Map<string, Uint8Array | null>;
}

interface ReplayedAppend {
  readonly term: number;
  readonly entry: AppendEntry;
  readonly records: readonly number[];
}

/** All logs, rebuilt from the committed entries alone. */
export class Replay {
  readonly logs = new Map<string, ReplayedLog>();
  readonly appends = new Map<number, ReplayedAppend>();
  readonly #names = new Map<Index, string>();

  constructor(committed: readonly Entry[]) {
    for (const { index, term, kind, data } of committed) {
      if (kind === "command") this.#apply(index, term, data);
    }
  }

  #apply(index: Index, term: number, data: Uint8Array): void {
    const entry = decodeLogEntry(data);
    switch (entry.kind) {
      case "create":
        this.#create(index, entry.name, entry.start);
        break;
      case "append":
        this.#append(index, term, entry);
        break;
      case "alter":
        this.#alter(index, entry);
        break;
      case "document":
        this.#log(entry.log, index).documents.set(entry.key, entry.value);
        break;
      case "delete": {
        const log = this.#log(entry.log, index);
        require(entry.start === log.records.length, "replay", () => `entry ${index} deletes at a wrong tail`);
        log.deleted = true;
        log.tails.push({ index, tail: null });
        break;
      }
    }
  }

  #create(index: Index, name: string, start: number): void {
    const old = this.logs.get(name);
    require(old?.deleted !== false, "replay", () => `entry ${index} creates ${name} again`);
    const none = { lives: 0, records: [], tails: [], lastTimestamp: 0, deleted: false, earliest: start };
    const log = old ?? { id: index, ...none, documents: new Map<string, Uint8Array | null>() };
    require(start === log.records.length, "replay", () => `entry ${index} creates ${name} at ${start}`);
    Object.assign(log, { id: index, lives: log.lives + 1, deleted: false, earliest: start });
    log.documents.clear();
    log.tails.push({ index, tail: start });
    this.logs.set(name, log);
    this.#names.set(index, name);
  }

  /** In the simulation a log changes by trims alone. */
  #alter(index: Index, { log: id, start, state, batch }: AlterEntry): void {
    const log = this.#log(id, index);
    const isRight = start === log.records.length && batch === null && state.earliest > log.earliest;
    require(isRight && state.earliest <= start, "replay", () => `entry ${index} trims to ${state.earliest}`);
    log.earliest = state.earliest;
  }

  #append(index: Index, term: number, entry: AppendEntry): void {
    const log = this.#log(entry.log, index);
    const records = decodeBatch(entry.records);
    require(entry.start === log.records.length, "replay", () => `entry ${index} appends at ${entry.start}`);
    require(entry.count === records.length, "replay", () => `entry ${index} miscounts its records`);
    require(entry.timestamp >= log.lastTimestamp, "replay", () => `entry ${index} goes back in time`);
    log.lastTimestamp = entry.timestamp;
    log.records.push(...records);
    log.tails.push({ index, tail: log.records.length });
    this.appends.set(index, { term, entry, records });
  }

  #log(id: Index, index: number): ReplayedLog {
    const log = this.logs.get(this.#names.get(id) ?? "");
    if (log === undefined || log.id !== id || log.deleted)
      throw new Finding("replay", `entry ${index} is of log ${id}, which is not there`);
    return log;
  }

  /** What `storage` says of the logs must be what their entries say. */
  compare(storage: Storage, commitIndex: Index): void {
    const view = storage.view(commitIndex);
    for (const [name, log] of this.logs) {
      const life = view.life(name);
      const same = life !== null && life.id === log.id && life.deleted === log.deleted;
      require(same && view.tail(log.id).seq === log.records.length, "storage", () =>
        `a view of ${name} is wrong`);
      if (log.deleted) continue;
      this.#compareRecords(storage, life, log, commitIndex);
      for (const [key, value] of log.documents) {
        const found = view.document(log.id, key)?.value ?? null;
        require(String(found) === String(value), "storage", () => `document ${key} of ${name} is wrong`);
      }
    }
  }

  /** All that the living log holds, and nothing else. */
  #compareRecords(
    storage: Storage,
    { id, state }: Life,
    { records, earliest }: ReplayedLog,
    upTo: Index,
  ): void {
    const start = state.earliest;
    require(start === earliest, "storage", () => `log ${id} begins at ${start}, not ${earliest}`);
    const until = toSeq(records.length);
    const everything = { recordsMax: Number.MAX_SAFE_INTEGER, bytesMax: Number.MAX_SAFE_INTEGER };
    const batches = storage.batches({ log: id, from: start, until, ...everything, upTo });
    const found = recordsIn(batches, start, until);
    const same = found.length === until - start && found.every((record, i) => record === records[start + i]);
    require(same, "storage", () => `log ${id} holds ${found.length} records`);
  }

  /** A page of all of a log, which may have grown since. */
  checkPage(name: string, answer: Answer): void {
    const log = this.logs.get(name);
    if (answer.kind !== "result" || answer.result.kind !== "page") {
      require(log === undefined && answer.kind === "result", "read back", () =>
        `${name} gives ${JSON.stringify(answer)}`);
      return;
    }
    const { from, next, batches } = answer.result;
    const read = recordsIn(batches, from, next);
    const same = next === tailAt(log, answer.index);
    const isRead = read.every((record, i) => record === log?.records[from + i]);
    require(same && isRead && read.length === next - from, "read back", () =>
      `${name} gives ${read.length} records`);
  }

  /** All answers that were given about one log. */
  check(history: LogHistory, isDeletable: boolean): void {
    const log = this.logs.get(history.name);
    const records = log?.records ?? [];
    for (const { record, appended } of history.acknowledgements) {
      const replayed = this.appends.get(appended.index);
      const same = replayed?.term === appended.term && replayed.entry.start === appended.start;
      require(same && replayed.records[0] === record, "acknowledged for ever", () =>
        `record ${record} is not at entry ${appended.index}`);
    }
    for (const { index, tail } of history.tails) {
      const was = tailAt(log, index);
      require(was === tail, "reads are prefixes", () =>
        `${history.name} had tail ${was} at entry ${index}, not ${tail}`);
    }
    // The records of a deletable log still are in one order, over all of its lives.
    const problem = checkHistory(history, records);
    if (problem !== null) throw new Finding("linearizability", `${history.name}: ${problem}`);
    require(isDeletable || (log?.lives ?? 0) <= 1, "replay", () => `${history.name} has ${log?.lives} lives`);
  }
}

function tailAt(log: ReplayedLog | undefined, index: number): number | null {
  return log?.tails.findLast((tail) => tail.index <= index)?.tail ?? null;
}
