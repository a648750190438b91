import { CONSUMER_PREFIX } from "../../../src/log/consumer.ts";
import { decodeLogEntry } from "../../../src/log/entry-codec.ts";
import type {
  AlterEntry,
  Batch,
  CreateEntry,
  DocumentEntry,
  LogEntry,
  ProducerTuple,
} from "../../../src/log/types.ts";
import type { Entry, Index } from "../../../src/raft/types.ts";
import { isDeletable } from "../clients/log-names.ts";
import { decodeBatch } from "../clients/payload.ts";
import { requireNext } from "./consumers.ts";
import { Finding, require } from "./finding.ts";
import { ReplayedLife } from "./replayed-life.ts";
import { endOfTime, firstRetained } from "./time-limits.ts";

/** A committed entry, and when its leader decided on it, ms since the epoch on that leader's clock. */
export interface Committed {
  readonly entry: Entry;
  readonly madeAt: number;
}

interface ReplayedBatch {
  readonly term: number;
  readonly start: number;
  readonly records: readonly number[];
}

type Changing = Exclude<LogEntry, CreateEntry>;

/** All logs, rebuilt from the committed entries alone, each of which must follow from those before. */
export class Replay {
  /** The lives of each name, in order. */
  readonly names = new Map<string, ReplayedLife[]>();
  /** All batches, by the index of their entries. */
  readonly batches = new Map<number, ReplayedBatch>();
  readonly #lives = new Map<number, ReplayedLife>();
  readonly #committed: (index: number) => Committed;
  #index = 0;

  constructor(committed: (index: number) => Committed) {
    this.#committed = committed;
  }

  /** Goes on with the entries up to `index`. */
  advance(index: number): void {
    while (this.#index < index) {
      this.#index += 1;
      const { entry, madeAt } = this.#committed(this.#index);
      if (entry.kind === "command") this.#apply(entry, madeAt);
    }
  }

  /** The newest life of a name, ended or not, as of `index`. */
  life(name: string, index = this.#index): ReplayedLife | null {
    return this.names.get(name)?.findLast(({ id }) => id <= index) ?? null;
  }

  /** The lives that have not ended. */
  living(): readonly ReplayedLife[] {
    const newest = [...this.names.keys()].flatMap((name) => this.life(name) ?? []);
    return newest.filter((life) => life.isPresentAt(this.#index));
  }

  /** The tail of a name as of `index`; null if there was no such log. */
  tailAt(name: string, index: number): number | null {
    const life = this.life(name, index);
    return life?.isPresentAt(index) === true ? (life.at(index)?.tail ?? null) : null;
  }

  #apply({ index, term, data }: Entry, madeAt: number): void {
    const logged = decodeLogEntry(data);
    const life =
      logged.kind === "create" ? this.#create(index, logged, madeAt) : this.#change(index, logged, madeAt);
    const { tail } = life;
    const batch = batchOf(logged);
    if (batch !== null) {
      const producer = "producer" in logged ? logged.producer : null;
      this.#append(life, { index, term, timestamp: logged.timestamp }, batch, producer);
    }
    life.timestamp = logged.timestamp;
    life.mark(index);
    const isPast = life.state.earliest > life.tail || logged.start !== tail;
    require(!isPast, "replay", () =>
      `entry ${index} is at ${logged.start}, and ${life.name} ends at ${tail}`);
  }

  #create(index: Index, { name, start, state, timestamp }: CreateEntry, madeAt: number): ReplayedLife {
    const lives = this.names.get(name) ?? [];
    const old = lives.at(-1) ?? null;
    if (old !== null) requireOver(old, index, madeAt);
    const source = this.#sourceOf(index, state.fork?.source ?? null, madeAt);
    const beyond = Math.max(0, ...lives.map(({ tail }) => tail));
    const from = source === null ? beyond : start;
    const isRight = from === start && state.start === start && start <= (source?.tail ?? start);
    require(isRight && state.beyond === beyond, "replay", () => `entry ${index} creates ${name} at ${start}`);
    const earliest = source === null ? start : source.state.earliest;
    require(state.earliest === earliest && timestamp >= (source?.timestamp ?? 0), "replay", () =>
      `entry ${index} forks ${name} from ${state.earliest} on`);
    const records = (source ?? old)?.records.slice(0, start) ?? [];
    records.length = start;
    const life = new ReplayedLife({ id: index, name, source, state, records });
    this.names.set(name, [...lives, life]);
    this.#lives.set(index, life);
    return life;
  }

  #sourceOf(index: Index, id: Index | null, madeAt: number): ReplayedLife | null {
    if (id === null) return null;
    const source = this.#living(id, index);
    require(madeAt <= endOfTime(source), "replay", () => `entry ${index} forks a log whose time is over`);
    return source;
  }

  #change(index: Index, logged: Changing, madeAt: number): ReplayedLife {
    const life = this.#living(logged.log, index);
    require(logged.timestamp >= life.timestamp, "replay", () => `entry ${index} goes back in time`);
    const end = endOfTime(life);
    if (logged.kind === "delete") {
      const isRight = isDeletable(life.name) || madeAt >= end;
      require(isRight, "expiry", () => `entry ${index} ends ${life.name} at ${madeAt}, before ${end}`);
      this.#alter(index, life, logged.state);
      life.isDeleted = true;
      life.endedAt = index;
      return life;
    }
    require(madeAt <= end, "expiry", () => `entry ${index} is of ${life.name}, whose time was over`);
    const grows = batchOf(logged) !== null;
    require(!(grows && life.state.closed), "closed for ever", () => `entry ${index} appends to ${life.name}`);
    if (logged.kind === "alter") this.#trim(index, life, logged, madeAt);
    if (logged.kind === "alter") this.#alter(index, life, logged.state);
    if (logged.kind === "document") this.#document(index, life, logged, madeAt);
    return life;
  }

  #document(index: Index, life: ReplayedLife, { key, value }: DocumentEntry, madeAt: number): void {
    life.documents.push({ index, key, value, madeAt });
    if (key.startsWith(CONSUMER_PREFIX)) requireNext(life, key, index);
  }

  /** A trim by time alone does not count as a use of the log. */
  #trim(index: Index, life: ReplayedLife, { state, trims, timestamp }: AlterEntry, madeAt: number): void {
    const { earliest } = life.state;
    const isRight = state.earliest >= earliest && trims === state.earliest > earliest;
    require(isRight, "replay", () => `entry ${index} trims to ${state.earliest}`);
    if (!trims || isDeletable(life.name)) return;
    const first = firstRetained(life, madeAt);
    require(state.earliest === first && timestamp === life.timestamp, "retention", () =>
      `entry ${index} trims ${life.name} to ${state.earliest}, and not to ${first}`);
  }

  /** All that a client can't change stays as it is. */
  #alter(index: Index, life: ReplayedLife, state: ReplayedLife["state"]): void {
    const { closed } = life.state;
    require(state.closed || !closed, "closed for ever", () => `entry ${index} opens ${life.name} again`);
    const trimmedBytes = life.batches.reduce((sum, it) => sum + (it.end <= state.earliest ? it.bytes : 0), 0);
    require(state.trimmedBytes === trimmedBytes, "replay", () => `entry ${index} miscounts what it trims`);
    const { earliest, fencingToken, closedBy } = state;
    const allowed = { earliest, trimmedBytes, closed: state.closed, closedBy, fencingToken };
    const same = JSON.stringify({ ...life.state, ...allowed }) === JSON.stringify(state);
    require(same, "replay", () => `entry ${index} changes ${life.name} otherwise: ${JSON.stringify(state)}`);
    life.state = state;
    life.stateIndex = index;
  }

  #append(
    life: ReplayedLife,
    { index, term, timestamp }: { readonly index: Index; readonly term: number; readonly timestamp: number },
    { count, records: encoded }: Batch,
    producer: ProducerTuple | null,
  ): void {
    const records = decodeBatch(encoded);
    require(count === records.length, "replay", () => `entry ${index} miscounts its records`);
    this.batches.set(index, { term, start: life.tail, records });
    life.records.push(...records);
    const { tail: end } = life;
    life.batches.push({ index, end, timestamp, bytes: encoded.length, producer: producer?.id ?? null });
  }

  #living(id: Index, index: number): ReplayedLife {
    const life = this.#lives.get(id);
    if (life === undefined || !life.isPresentAt(index))
      throw new Finding("replay", `entry ${index} is of log ${id}, which is not there`);
    return life;
  }
}

/** A name is used again only after its log was deleted, or its time was over, and not while forks need the log. */
function requireOver(old: ReplayedLife, index: number, madeAt: number): void {
  const isOver = old.endedAt < index || madeAt >= endOfTime(old);
  require(isOver, "replay", () => `entry ${index} creates ${old.name} again`);
  old.endedAt = Math.min(old.endedAt, index);
  require(!old.isHeldAt(index), "held by forks", () => `entry ${index} takes ${old.name} from its forks`);
}

function batchOf(logged: LogEntry): Batch | null {
  if (logged.kind === "append") return logged;
  return "batch" in logged ? logged.batch : null;
}
