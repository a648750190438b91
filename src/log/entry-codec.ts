import { toIndex } from "../raft/types.ts";
import { CodecError } from "./codec-error.ts";
import { pack, toBoolean, toBytes, toList, toNatural, toNullable, toText, unpack } from "./packed.ts";
import { fromProducer, toProducer } from "./producer-codec.ts";
import { plainState } from "./state.ts";
import { decodeLogState, encodeLogState } from "./state-codec.ts";
import type {
  AlterEntry,
  AppendEntry,
  Batch,
  CreateEntry,
  DeleteEntry,
  DocumentEntry,
  LogEntry,
  ProducerTuple,
  Seq,
} from "./types.ts";
import { toSeq } from "./types.ts";

/** The kind, in the first field of a packed entry. Stored, so a number is never reused for another kind. */
const tags = { create: 0, append: 1, delete: 2, alter: 3, document: 4 } as const satisfies Readonly<
  Record<LogEntry["kind"], number>
>;

type Decoders = {
  readonly [K in LogEntry["kind"]]: (
    timestamp: number,
    fields: readonly unknown[],
  ) => Extract<LogEntry, { readonly kind: K }>;
};

const decoders: Decoders = {
  create: toCreate,
  append: toAppend,
  delete: toDelete,
  alter: toAlter,
  document: toDocument,
};

const kinds = new Map<unknown, LogEntry["kind"]>(
  (Object.keys(tags) as LogEntry["kind"][]).map((kind) => [tags[kind], kind]),
);

/** The data of a Raft entry. */
export function encodeLogEntry(entry: LogEntry): Uint8Array {
  return pack([tags[entry.kind], entry.timestamp, ...fieldsOf(entry)]);
}

function fieldsOf(entry: LogEntry): readonly unknown[] {
  const { start, bytes } = entry;
  switch (entry.kind) {
    case "create":
      return [entry.name, start, bytes, encodeLogState(entry.state), ...batchFields(entry.batch)];
    case "append":
      return appendFields(entry);
    case "delete":
      return [entry.name, entry.log, start, bytes, encodeLogState(entry.state)];
    case "alter": {
      const { name, log, trims, state, batch, producer } = entry;
      const writer = producer && fromProducer(producer);
      return [name, log, start, bytes, trims, encodeLogState(state), writer, ...batchFields(batch)];
    }
    case "document":
      return [entry.log, start, bytes, entry.key, entry.value];
  }
}

const batchFields = (batch: Batch | null): readonly unknown[] =>
  batch === null ? [] : [batch.count, batch.records];

function appendFields({ log, start, count, records, bytes, producer }: AppendEntry): readonly unknown[] {
  const fields = [log, start, count, records, bytes];
  return producer === null ? fields : [...fields, ...fromProducer(producer)];
}

/** Decodes what `encodeLogEntry` gave. Records are a view on `data`. Throws `CodecError`. */
export function decodeLogEntry(data: Uint8Array): LogEntry {
  const [tag, time, ...fields] = unpack(data);
  const kind = kinds.get(tag);
  if (kind === undefined) throw new CodecError("an entry's kind is not known");
  return decoders[kind](toNatural(time), fields);
}

/** The previous version stored only where a log began. */
function toCreate(timestamp: number, [name, first, bytes, state, ...batch]: readonly unknown[]): CreateEntry {
  const start = positionOf(first);
  return {
    kind: "create",
    timestamp,
    name: toText(name),
    start,
    bytes: toNullable(bytes, toNatural) ?? 0,
    state: toState(state, start, timestamp),
    batch: toBatch(batch),
  };
}

/** The previous version did not count bytes: 4 fields, or 7 with a producer. */
function toAppend(timestamp: number, fields: readonly unknown[]): AppendEntry {
  const [log, start, count, records, ...rest] = fields;
  const [bytes, ...producer] = rest.length % 3 === 0 ? [0, ...rest] : rest;
  return {
    kind: "append",
    timestamp,
    log: toIndex(toNatural(log)),
    start: positionOf(start),
    bytes: toNatural(bytes),
    count: toNatural(count),
    records: toBytes(records),
    producer: producer.length === 0 ? null : toProducer(producer),
  };
}

function toDelete(timestamp: number, [name, log, tail, bytes, state]: readonly unknown[]): DeleteEntry {
  const start = positionOf(tail);
  return {
    kind: "delete",
    timestamp,
    name: toText(name),
    log: toIndex(toNatural(log)),
    start,
    bytes: toNullable(bytes, toNatural) ?? 0,
    state: toState(state, start, timestamp),
  };
}

function toAlter(timestamp: number, fields: readonly unknown[]): AlterEntry {
  const [name, log, start, bytes, trims, state, producer, ...batch] = fields;
  return {
    kind: "alter",
    timestamp,
    name: toText(name),
    log: toIndex(toNatural(log)),
    start: positionOf(start),
    bytes: toNatural(bytes),
    trims: toBoolean(trims),
    state: decodeLogState(toBytes(state)),
    producer: toNullable<ProducerTuple>(producer, toProducer),
    batch: toBatch(batch),
  };
}

function toDocument(timestamp: number, [log, start, bytes, key, value]: readonly unknown[]): DocumentEntry {
  return {
    kind: "document",
    timestamp,
    log: toIndex(toNatural(log)),
    start: positionOf(start),
    bytes: toNatural(bytes),
    key: toText(key),
    value: toNullable(value, toBytes),
  };
}

const positionOf = (value: unknown): Seq => toSeq(toNatural(value));

const toState = (value: unknown, start: Seq, timestamp: number) =>
  value === undefined ? plainState(start, timestamp) : decodeLogState(toBytes(value));

function toBatch(fields: readonly unknown[]): Batch | null {
  const [count, records] = toList(fields);
  return count === undefined ? null : { count: toNatural(count), records: toBytes(records) };
}
