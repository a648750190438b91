import { toIndex } from "../raft/types.ts";
import { CodecError } from "./codec-error.ts";
import { pack, toBoolean, toList, toNatural, toNullable, toText, unpack } from "./packed.ts";
import { fromProducer, toProducer } from "./producer-codec.ts";
import type { Ancestor, Fork, LogState, Retention } from "./types.ts";
import { toSeq } from "./types.ts";

/** A log's state, as stored in its rows. Fields may be added at the end. */
export function encodeLogState(state: LogState): Uint8Array {
  const { start, createdAt, earliest, closed, closedBy, fencingToken, writerSeq, fork } = state;
  const { beyond, trimmedBytes, contentType, retention, ttlSeconds, expiresAt } = state;
  return pack([
    ...[start, createdAt, earliest, closed, closedBy && fromProducer(closedBy), fencingToken, writerSeq],
    ...[contentType, [retention.ageMs, retention.bytes, retention.records], ttlSeconds, expiresAt],
    fork && fromFork(fork),
    trimmedBytes,
    beyond,
  ]);
}

/** Decodes what `encodeLogState` gave. Throws `CodecError`. */
export function decodeLogState(bytes: Uint8Array): LogState {
  const [start, createdAt, earliest, closed, closedBy, fencingToken, writerSeq, ...settings] = unpack(bytes);
  const [contentType, retention, ttlSeconds, expiresAt, fork, trimmedBytes, beyond] = settings;
  return {
    start: toSeq(toNatural(start)),
    createdAt: toNatural(createdAt),
    earliest: toSeq(toNatural(earliest)),
    closed: toBoolean(closed),
    closedBy: toNullable(closedBy, toProducer),
    fencingToken: toNullable(fencingToken, toText),
    writerSeq: toNullable(writerSeq, toText),
    contentType: toNullable(contentType, toText),
    retention: toRetention(retention),
    ttlSeconds: toNullable(ttlSeconds, toNatural),
    expiresAt: toNullable(expiresAt, toNatural),
    fork: toNullable(fork, toFork),
    trimmedBytes: toNatural(trimmedBytes),
    beyond: toSeq(toNatural(beyond)),
  };
}

function toRetention(value: unknown): Retention {
  const [ageMs, bytes, records] = toList(value).map((bound) => toNullable(bound, toNatural));
  if (ageMs === undefined || bytes === undefined || records === undefined)
    throw new CodecError("a bound of retention is missing");
  return { ageMs, bytes, records };
}

function fromFork({ source, sourceName, anchor, subOffset, lineage }: Fork): readonly unknown[] {
  return [source, sourceName, anchor, subOffset, lineage.map(({ log, until }) => [log, until])];
}

function toFork(value: unknown): Fork {
  const [source, sourceName, anchor, subOffset, lineage] = toList(value);
  return {
    source: toIndex(toNatural(source)),
    sourceName: toText(sourceName),
    anchor: toSeq(toNatural(anchor)),
    subOffset: toNatural(subOffset),
    lineage: toList(lineage).map(toAncestor),
  };
}

function toAncestor(value: unknown): Ancestor {
  const [log, until] = toList(value);
  return { log: toIndex(toNatural(log)), until: toSeq(toNatural(until)) };
}
