import type { Operation } from "./operations.ts";

const JSON_TYPE = "application/json";

/** A record, given as a text or as a string of JSON. */
export interface ModelRecord {
  readonly text: string;
  readonly isJson: boolean;
}

/** The simplest description of a log. */
export interface ModelLog {
  readonly name: string;
  /** All records that it ever had, by sequence number; a fork's records begin with those of its source. */
  readonly records: ModelRecord[];
  earliest: number;
  closed: boolean;
  readonly type: string | null;
  writerSeq: string;
  readonly fork: { readonly source: string; readonly anchor: number } | null;
  readonly forks: ModelLog[];
  deleted: boolean;
  /** The first sequence numbers of the batches, by producer. */
  readonly starts: Map<string, number[]>;
}

/** The expected answer to a request, and the expected position of an append. */
export interface Expected {
  readonly status: number;
  readonly start?: number;
}

const isHeld = ({ forks }: ModelLog): boolean => forks.some((fork) => !fork.deleted || isHeld(fork));

/** All logs of a cluster: the newest of each name. */
export class Model {
  readonly logs = new Map<string, ModelLog>();

  /** Applies the operation, and returns the expected answer. */
  apply(operation: Operation): Expected {
    switch (operation.kind) {
      case "create":
        return this.#create(operation.name);
      case "create stream":
        return this.#createStream(operation.name, operation.type, operation.texts);
      case "fork":
        return this.#fork(operation.name, operation.source, this.anchor(operation));
      default:
        return this.#change(operation);
    }
  }

  /** The record at which a fork begins. */
  anchor({ source, back }: { readonly source: string; readonly back: number }): number {
    const log = this.logs.get(source);
    return log === undefined ? 0 : Math.max(log.earliest, log.records.length - back);
  }

  #create(name: string): Expected {
    const log = this.logs.get(name);
    if (log !== undefined && !log.deleted) return { status: 200 };
    if (log !== undefined && isHeld(log)) return { status: 410 };
    this.#begin(name, null, []);
    return { status: 201 };
  }

  #createStream(name: string, type: string, texts: readonly string[]): Expected {
    const log = this.logs.get(name);
    if (log !== undefined && !log.deleted)
      return { status: log.type === type && !log.closed && log.fork === null ? 200 : 409 };
    if (log !== undefined && isHeld(log)) return { status: 409 };
    this.#begin(name, type, recordsOf(type, texts));
    return { status: 201 };
  }

  /** A new life continues where the last one ended. */
  #begin(name: string, type: string | null, records: readonly ModelRecord[]): void {
    const before = this.logs.get(name)?.records ?? [];
    this.#add(name, { records: [...before, ...records], earliest: before.length, type, fork: null });
  }

  #add(name: string, log: Pick<ModelLog, "records" | "earliest" | "type" | "fork">): ModelLog {
    const made = { name, closed: false, writerSeq: "", forks: [], deleted: false, starts: new Map(), ...log };
    this.logs.set(name, made);
    return made;
  }

  #fork(name: string, source: string, anchor: number): Expected {
    const there = this.logs.get(name);
    if (there !== undefined && !there.deleted) {
      const isSame = there.fork?.source === source && there.fork.anchor === anchor && !there.closed;
      return { status: isSame ? 200 : 409 };
    }
    if (there !== undefined && isHeld(there)) return { status: 409 };
    const from = this.logs.get(source);
    if (from === undefined || (from.deleted && !isHeld(from))) return { status: 404 };
    if (from.deleted) return { status: 409 };
    const { earliest, type } = from;
    const fork = { source, anchor };
    from.forks.push(this.#add(name, { records: from.records.slice(0, anchor), earliest, type, fork }));
    return { status: 201 };
  }

  #change(operation: Exclude<Operation, { kind: "create" | "create stream" | "fork" }>): Expected {
    const log = this.logs.get(operation.name);
    if (log === undefined || (log.deleted && !isHeld(log))) return { status: 404 };
    if (log.deleted) return { status: 410 };
    switch (operation.kind) {
      case "append":
        return append(log, operation.texts, operation.expectedSeq, operation.closes);
      case "append to stream":
        return appendToStream(log, operation);
      case "produce":
        return produce(log, operation);
      case "trim":
        if (operation.before > log.records.length) return { status: 416 };
        log.earliest = Math.max(log.earliest, operation.before);
        return { status: 200 };
      case "close":
        log.closed = true;
        return { status: operation.face === "native" ? 200 : 204 };
      case "delete":
        log.deleted = true;
        return { status: 204 };
    }
  }
}

const recordsOf = (type: string, texts: readonly string[]): ModelRecord[] =>
  texts.map((text) => ({ text, isJson: type === JSON_TYPE }));

function add(log: ModelLog, records: readonly ModelRecord[]): number {
  const start = log.records.length;
  log.records.push(...records);
  return start;
}

function append(
  log: ModelLog,
  texts: readonly string[],
  expectedSeq: "any" | "right" | "wrong",
  closes: boolean,
): Expected {
  if (log.closed || log.type === JSON_TYPE) return { status: 409 };
  if (expectedSeq === "wrong") return { status: 412 };
  log.closed = closes;
  return { status: 200, start: add(log, recordsOf("text/plain", texts)) };
}

function appendToStream(
  log: ModelLog,
  { type, text, writerSeq, closes }: Extract<Operation, { kind: "append to stream" }>,
): Expected {
  if (log.closed || (log.type !== null && log.type !== type)) return { status: 409 };
  if (writerSeq !== null && log.writerSeq !== "" && writerSeq <= log.writerSeq) return { status: 409 };
  log.writerSeq = writerSeq ?? log.writerSeq;
  log.closed = closes;
  add(log, recordsOf(type, [text]));
  return { status: 204 };
}

function produce(log: ModelLog, { face, id, seq, text }: Extract<Operation, { kind: "produce" }>): Expected {
  const starts = log.starts.get(id) ?? [];
  const known = starts[seq];
  if (known !== undefined) return face === "native" ? { status: 200, start: known } : { status: 204 };
  if (seq > starts.length || log.closed || log.type === JSON_TYPE) return { status: 409 };
  const start = add(log, recordsOf("text/plain", [text]));
  log.starts.set(id, [...starts, start]);
  return face === "native" ? { status: 200, start } : { status: 200 };
}
