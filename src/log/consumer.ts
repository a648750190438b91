import type { Consumer, Lease } from "./outcome.ts";
import { pack, toList, toNatural, toNullable, toText, unpack } from "./packed.ts";
import { toSeq } from "./types.ts";
import type { Document } from "./view.ts";

/** The part of a consumer that its document holds. Its version is the document's. */
export type StoredConsumer = Omit<Consumer, "version">;

/** The prefix of the keys of a log's consumers. */
export const CONSUMER_PREFIX = "c:";

/** The key of the document of a log's consumer. */
export const consumerKey = (consumer: string): string => `${CONSUMER_PREFIX}${consumer}`;

export function encodeConsumer({ position, lease }: StoredConsumer): Uint8Array {
  return pack([position, lease && [lease.holder, lease.until]]);
}

/** The consumer that a document holds. Throws `CodecError`. */
export function consumerIn({ value, version }: Document): Consumer {
  return { ...decodeConsumer(value), version };
}

/** Decodes what `encodeConsumer` gave. Throws `CodecError`. */
export function decodeConsumer(value: Uint8Array): StoredConsumer {
  const [position, lease] = unpack(value);
  return { position: toSeq(toNatural(position)), lease: toNullable(lease, toLease) };
}

function toLease(value: unknown): Lease {
  const [holder, until] = toList(value);
  return { holder: toText(holder), until: toNatural(until) };
}
