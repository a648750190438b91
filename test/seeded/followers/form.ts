import type { Seen } from "../history.ts";

/** Receives what the connections of a form deliver. */
export interface Notes {
  /** The first record that will come. */
  begins(seq: number): void;
  see(record: Seen): void;
  /** The log is closed, and all records came. */
  ends(): void;
  /** The server broke its promise. */
  fault(what: string): void;
}

/**
 * Follows over one connection until that ends, or the signal aborts. The next call continues from there. Throws if the
 * connection breaks.
 */
export type Connect = (url: string, signal: AbortSignal) => Promise<void>;
