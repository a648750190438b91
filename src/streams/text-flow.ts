import { concat } from "../http/concat.ts";
import { recordsOf } from "../http/page.ts";
import { isEnd } from "../transport/page.ts";
import type { Page } from "../transport/protocol.ts";
import type { Place } from "./offset.ts";

/** Text to send, and where to continue after it. */
export interface Told {
  readonly text: string;
  readonly next: Place;
}

/** Bytes of one record, from a position on. */
interface Piece extends Place {
  readonly bytes: Uint8Array;
}

const CARRIAGE_RETURN = 0x0d;
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * The pages of a stream as text. A writer may end a record within a character, and a page ends with a record. An
 * incomplete character is held back, and the place to continue is before it, so that a reader that comes back there
 * neither misses a byte nor gets one twice. At the end of a closed stream nothing is held back.
 */
export class TextFlow {
  #held: readonly Piece[] = [];
  #skip: number;

  /** `skip`: bytes of the first record that were sent before. */
  constructor(skip: number) {
    this.#skip = skip;
  }

  take(page: Page): Told {
    const pieces = [...this.#held, ...this.#piecesOf(page)];
    const whole = concat(pieces.map(({ bytes }) => bytes));
    const length = isEnd(page) ? whole.length : tellableLength(whole);
    this.#held = after(pieces, length);
    const [first] = this.#held;
    const next = first === undefined ? { seq: page.next, byte: 0 } : { seq: first.seq, byte: first.byte };
    return { text: decoder.decode(whole.subarray(0, length)), next };
  }

  #piecesOf(page: Page): readonly Piece[] {
    return Array.from(recordsOf(page), ({ seq, record }) => {
      const byte = this.#skip;
      this.#skip = 0;
      return { seq, byte, bytes: record.value.subarray(byte) };
    });
  }
}

/**
 * How many bytes can be sent before the next ones are known: all but an incomplete character (RFC 3629 §3), or a
 * carriage return, which may be half of a line end.
 */
export function tellableLength(bytes: Uint8Array): number {
  if (bytes.at(-1) === CARRIAGE_RETURN) return bytes.length - 1;
  const tail = bytes.subarray(-3);
  const lead = tail.findLastIndex((byte) => byte >= 0xc0);
  const isContinued = tail.subarray(lead + 1).every((byte) => byte >= 0x80);
  const present = tail.length - lead;
  return lead >= 0 && isContinued && lengthFrom(tail[lead] ?? 0) > present
    ? bytes.length - present
    : bytes.length;
}

/** The length of a character that begins with this byte; 1 if none begins so. */
function lengthFrom(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The pieces without their first `count` bytes. */
function after(pieces: readonly Piece[], count: number): readonly Piece[] {
  let left = count;
  return pieces.flatMap(({ seq, byte, bytes }) => {
    const gone = Math.min(left, bytes.length);
    left -= gone;
    // A copy, so that the page need not stay in memory.
    return gone === bytes.length ? [] : [{ seq, byte: byte + gone, bytes: bytes.slice(gone) }];
  });
}
