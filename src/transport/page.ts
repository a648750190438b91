import type { Page } from "./protocol.ts";

/** Whether a page has no records. */
export function isEmpty({ from, next }: Page): boolean {
  return next <= from;
}

/** Whether the page reaches the end of a closed log, so that nothing will ever follow it. */
export function isEnd({ next, tail, state }: Page): boolean {
  return state.closed && next >= tail;
}
