import type { Document } from "../../log/view.ts";
import { type PrivateKey, type PublicKey, publicPart } from "./keys.ts";

/** How long a key signs before the next one is published, ms. */
export const KEY_LIFE_MS = 90 * 86_400_000;

/**
 * How long a key is published before it signs, and after it has signed, ms. By then no verifier has a key set without
 * the one, nor accepts signatures as old as those of the other (Durable Streams §6.5, §7.1).
 */
export const KEY_OVERLAP_MS = 86_400_000;

/**
 * The keys of webhook signatures: one document, so that of several that turn it at once one does. It holds no times:
 * each of its steps begins when the leader has written the one before, and that is the document's timestamp.
 */
export interface KeyRing {
  /** Signs. */
  readonly active: PrivateKey;
  /** Published, to sign next. */
  readonly next: PrivateKey | null;
  /** Has signed before. */
  readonly retired: PublicKey | null;
}

/** What is to be done with a ring that was written at `since`, by `now`: both of the leader's clock, ms since the epoch. */
export function dueStep({ next }: KeyRing, since: number, now: number): "publish" | "promote" | null {
  if (next !== null) return now >= since + KEY_OVERLAP_MS ? "promote" : null;
  return now >= since + KEY_LIFE_MS ? "publish" : null;
}

export const firstRing = (active: PrivateKey): KeyRing => ({ active, next: null, retired: null });

/** The next key is published, and does not sign yet. The last retired one is long forgotten. */
export const published = ({ active }: KeyRing, next: PrivateKey): KeyRing => ({
  active,
  next,
  retired: null,
});

/** The key that was published signs. */
export function promoted({ active, next, ...rest }: KeyRing): KeyRing {
  return next === null
    ? { active, next, ...rest }
    : { active: next, next: null, retired: publicPart(active) };
}

/** The public keys of a ring that was written at `since`: first that which signs, then those to be known beside it. */
export function publicKeysOf(
  { active, next, retired }: KeyRing,
  since: number,
  now: number,
): readonly PublicKey[] {
  const isRecent = now < since + KEY_OVERLAP_MS;
  return [
    publicPart(active),
    ...(next === null ? [] : [publicPart(next)]),
    ...(retired !== null && isRecent ? [retired] : []),
  ];
}

/** The key that signs is the document itself: an earlier version knows no other, and finds it there. */
export function encodeRing({ active, next, retired }: KeyRing): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...active, next, retired }));
}

/** What `encodeRing` was given, or an earlier version's one key. */
export function decodeRing({ value }: Pick<Document, "value">): KeyRing {
  const {
    next = null,
    retired = null,
    ...active
  } = JSON.parse(new TextDecoder().decode(value)) as PrivateKey & Partial<Omit<KeyRing, "active">>;
  return { active, next, retired };
}
