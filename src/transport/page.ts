import type { Page } from "./protocol.ts";

/** Whether a page has no records. */
export function isEmpty({ from, next }: Page): boolean {
  return next <= from;
}

/** Whether nothing will ever follow a page: it reaches the end of a closed log. */
export function isEnd({ next, tail, state }: Page): boolean {
  return state.closed && next >= tail;
}
