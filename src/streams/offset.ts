/** A place in a stream: a record, and a byte within it. */
export interface Place {
  readonly seq: number;
  readonly byte: number;
}

/** Digits of each half of a token: enough for any number, so that tokens sort as text. */
const digits = 16;
const pattern = /^([0-9]{16})_([0-9]{16})$/;

/**
 * The token of a place (§8). Its byte is 0, unless server-sent events of text end within a record, because they send no
 * part of a character.
 */
export function formatOffset(seq: number, byte = 0): string {
  return [seq, byte].map((number) => String(number).padStart(digits, "0")).join("_");
}

/** The place that `formatOffset` formatted; null for any other text. */
export function parseOffset(token: string): Place | null {
  const [, seq = "", byte = ""] = pattern.exec(token) ?? [];
  const place = { seq: Number(seq || Number.NaN), byte: Number(byte || Number.NaN) };
  return Number.isSafeInteger(place.seq) && Number.isSafeInteger(place.byte) ? place : null;
}
