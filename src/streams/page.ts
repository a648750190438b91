import type { Page } from "../transport/protocol.ts";

/** Whether a page has no records. */
export function isEmpty({ from, next }: Page): boolean {
  return next <= from;
}

/** Whether nothing is left to read after a page, ever: it reaches the end of a closed stream. */
export function isAtEnd({ complete, state }: Page): boolean {
  return complete && state.closed;
}
