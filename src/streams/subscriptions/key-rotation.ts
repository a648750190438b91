import type { Document } from "../../log/view.ts";
import { type PrivateKey, type PublicKey, publicPart } from "./keys.ts";

/** How long a key signs before the next one is published, ms. */
export const KEY_LIFE_MS = 90 * 86_400_000;

/**
 * How long a key is published before it signs, and after it has signed, ms. Afterwards no verifier still has a key set
 * without the new key, or accepts such old signatures of the last one (Durable Streams §6.5, §7.1).
 */
export const KEY_OVERLAP_MS = 86_400_000;

/**
 * The keys of webhook signatures. One document, so that only one of several concurrent rotations succeeds. It holds no
 * times: each step begins at the document's timestamp, when the leader wrote the step before.
 */
export interface KeyRing {
  /** Signs. */
  readonly active: PrivateKey;
  /** Published, and signs next. */
  readonly next: PrivateKey | null;
  /** Has signed before. */
  readonly retired: PublicKey | null;
}

/**
 * The step that is due by `now` for a ring that was written at `since`: both on the leader's clock, ms since the epoch.
 */
export function dueStep({ next }: KeyRing, since: number, now: number): "publish" | "promote" | null {
  if (next !== null) return now >= since + KEY_OVERLAP_MS ? "promote" : null;
  return now >= since + KEY_LIFE_MS ? "publish" : null;
}

export const firstRing = (active: PrivateKey): KeyRing => ({ active, next: null, retired: null });

/** Publishes the next key, which does not sign yet. The last retired key is not needed any more. */
export const published = ({ active }: KeyRing, next: PrivateKey): KeyRing => ({
  active,
  next,
  retired: null,
});

/** The published key begins to sign. */
export function promoted({ active, next, ...rest }: KeyRing): KeyRing {
  return next === null
    ? { active, next, ...rest }
    : { active: next, next: null, retired: publicPart(active) };
}

/** The public keys of a ring that was written at `since`: first the key that signs, then the others to publish. */
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

/** The key that signs is the document itself, because an earlier version knows only that key, and finds it there. */
export function encodeRing({ active, next, retired }: KeyRing): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...active, next, retired }));
}

/** Decodes what `encodeRing` gave, or the only key of an earlier version. */
export function decodeRing({ value }: Pick<Document, "value">): KeyRing {
  const {
    next = null,
    retired = null,
    ...active
  } = JSON.parse(new TextDecoder().decode(value)) as PrivateKey & Partial<Omit<KeyRing, "active">>;
  return { active, next, retired };
}
