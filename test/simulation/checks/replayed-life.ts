import type { LogState } from "../../../src/log/types.ts";
import type { Index } from "../../../src/raft/types.ts";

/** A life of a log as one of its entries left it. */
interface Version {
  readonly index: number;
  readonly tail: number;
  readonly earliest: number;
  readonly closed: boolean;
}

interface ReplayedBatch {
  readonly index: number;
  readonly end: number;
  readonly timestamp: number;
  readonly bytes: number;
  readonly producer: string | null;
}

interface ReplayedDocument {
  readonly index: number;
  readonly key: string;
  readonly value: Uint8Array | null;
  /** Ms since the epoch, on the clock of the leader that decided on it. */
  readonly madeAt: number;
}

interface Beginning {
  readonly id: Index;
  readonly name: string;
  readonly source: ReplayedLife | null;
  readonly state: LogState;
  readonly records: number[];
}

/** One life of a log, computed from the Raft entries and independently of storage. */
export class ReplayedLife {
  readonly id: Index;
  readonly name: string;
  readonly source: ReplayedLife | null;
  readonly forks: ReplayedLife[] = [];
  /** By sequence number. A fork has copies of its source's records. */
  readonly records: number[];
  /** Its own. */
  readonly batches: ReplayedBatch[] = [];
  readonly documents: ReplayedDocument[] = [];
  /** The state after its newest entry, at `stateIndex`. */
  state: LogState;
  stateIndex: number;
  timestamp = 0;
  /** The entry that ended it; infinite while it lives. */
  endedAt = Number.POSITIVE_INFINITY;
  isDeleted = false;
  readonly #versions: Version[] = [];

  constructor({ id, name, source, state, records }: Beginning) {
    this.id = id;
    this.name = name;
    this.source = source;
    this.state = state;
    this.stateIndex = id;
    this.records = records;
    source?.forks.push(this);
  }

  get tail(): number {
    return this.records.length;
  }

  /** Remembers its version after the entry at `index`. */
  mark(index: number): void {
    const { earliest, closed } = this.state;
    this.#versions.push({ index, tail: this.tail, earliest, closed });
  }

  /** As of `index`. */
  at(index: number): Version | null {
    return this.#versions.findLast((version) => version.index <= index) ?? null;
  }

  isPresentAt(index: number): boolean {
    return this.id <= index && index < this.endedAt;
  }

  /** Whether forks, or forks of forks, still show records of it. */
  isHeldAt(index: number): boolean {
    return this.forks.some((fork) => fork.id <= index && (fork.isPresentAt(index) || fork.isHeldAt(index)));
  }

  /** The newest entry of a document as of `index`. */
  document(key: string, index: number): ReplayedDocument | null {
    return this.documents.findLast((it) => it.key === key && it.index <= index) ?? null;
  }
}
