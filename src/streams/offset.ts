/** Digits of either half of a token: wide enough for any sequence number, so that tokens sort as text. */
const digits = 16;
const pattern = /^([0-9]{16})_0{16}$/;

/**
 * The token of a position (§8): the record that comes next, and a byte within it. A record is never cut, so the
 * byte is always 0.
 */
export function formatOffset(seq: number): string {
  return `${String(seq).padStart(digits, "0")}_${"0".repeat(digits)}`;
}

/** The position that `formatOffset` was given; null for any other text. */
export function parseOffset(token: string): number | null {
  const seq = Number(pattern.exec(token)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(seq) ? seq : null;
}
