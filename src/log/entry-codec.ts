import { toIndex } from "../raft/types.ts";
import { CodecError } from "./codec-error.ts";
import { pack, toBytes, toNatural, toText, unpack } from "./packed.ts";
import type { AppendEntry, LogEntry, ProducerTuple } from "./types.ts";
import { toSeq } from "./types.ts";

/** What the first field of a packed entry says it is; stored, so never reused for another. */
const createTag = 0;
const appendTag = 1;
const deleteTag = 2;

/** The data of a Raft entry. */
export function encodeLogEntry(entry: LogEntry): Uint8Array {
  switch (entry.kind) {
    case "create":
      return pack([createTag, entry.timestamp, entry.name, entry.start]);
    case "append":
      return pack(appendFields(entry));
    case "delete":
      return pack([deleteTag, entry.timestamp, entry.name, entry.log, entry.tail]);
  }
}

function appendFields(entry: AppendEntry): readonly unknown[] {
  const { timestamp, log, start, count, records, producer } = entry;
  const fields = [appendTag, timestamp, log, start, count, records];
  return producer === null ? fields : [...fields, producer.id, producer.epoch, producer.seq];
}

/** What `encodeLogEntry` was given; an append's records are a view on `data`. Throws `CodecError`. */
export function decodeLogEntry(data: Uint8Array): LogEntry {
  const [tag, time, ...fields] = unpack(data);
  const timestamp = toNatural(time);
  switch (tag) {
    case createTag:
      return { kind: "create", timestamp, name: toText(fields[0]), start: toSeq(toNatural(fields[1])) };
    case appendTag:
      return toAppend(timestamp, fields);
    case deleteTag:
      return {
        kind: "delete",
        timestamp,
        name: toText(fields[0]),
        log: toIndex(toNatural(fields[1])),
        tail: toSeq(toNatural(fields[2])),
      };
    default:
      throw new CodecError("an entry's kind is not known");
  }
}

function toAppend(timestamp: number, fields: readonly unknown[]): AppendEntry {
  const [log, start, count, records, ...producer] = fields;
  return {
    kind: "append",
    timestamp,
    log: toIndex(toNatural(log)),
    start: toSeq(toNatural(start)),
    count: toNatural(count),
    records: toBytes(records),
    producer: producer.length === 0 ? null : toProducer(producer),
  };
}

function toProducer([id, epoch, seq]: readonly unknown[]): ProducerTuple {
  return { id: toText(id), epoch: toNatural(epoch), seq: toNatural(seq) };
}
