import type { Bounds } from "./bounds.ts";

/** One exploration: its start and its bounds. */
export interface Scenario {
  readonly name: string;
  /** A key of `starts`. */
  readonly start: string;
  readonly bounds: Bounds;
}

const none = { nodes: 3, heartbeats: 0, proposals: 0, reads: 0, crashes: 0, duplicates: 0 };

/**
 * Each one goes far in one direction, because all directions together have too many states. The smallest come
 * first.
 */
export const scenarios: readonly Scenario[] = [
  {
    name: "a term whose leader dies or loses state",
    start: "empty",
    bounds: { ...none, terms: 1, timeouts: 2, crashes: 1, proposals: 1 },
  },
  {
    name: "a proposal and its heartbeats",
    start: "empty",
    bounds: { ...none, terms: 1, timeouts: 1, heartbeats: 1, proposals: 1 },
  },
  {
    name: "a proposal across two terms",
    start: "empty",
    bounds: { ...none, terms: 2, timeouts: 2, proposals: 1 },
  },
  {
    name: "two elections and a crash",
    start: "empty",
    bounds: { ...none, terms: 2, timeouts: 2, crashes: 1 },
  },
  {
    name: "a read across two terms",
    start: "empty",
    bounds: { ...none, terms: 2, timeouts: 2, reads: 1 },
  },
  {
    name: "three elections",
    start: "empty",
    bounds: { ...none, terms: 3, timeouts: 3 },
  },
  {
    name: "a message that arrives twice",
    start: "empty",
    bounds: { ...none, terms: 2, timeouts: 2, proposals: 1, duplicates: 1 },
  },
  {
    name: "after figure 7",
    start: "figure-7",
    bounds: { ...none, terms: 3, timeouts: 1, proposals: 1 },
  },
  {
    name: "after figure 8 (b)",
    start: "figure-8",
    bounds: { ...none, terms: 5, timeouts: 2 },
  },
];
