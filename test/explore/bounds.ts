/** How far the exploration goes: each is a number of times in all of one history. */
export interface Bounds {
  readonly nodes: number;
  /** The highest term that anybody enters. */
  readonly terms: number;
  /** Election timeouts that pass: a node campaigns, or a leader gives up. */
  readonly timeouts: number;
  /** Rounds that a leader sends because its time has come. */
  readonly heartbeats: number;
  readonly proposals: number;
  readonly reads: number;
  readonly crashes: number;
  /** Messages delivered once more than they were sent. */
  readonly duplicates: number;
}

/** What of the bounds is used up, in the order in which a state tells it. */
export const budgets = ["timeouts", "heartbeats", "proposals", "reads", "crashes", "duplicates"] as const;
export type Budget = (typeof budgets)[number];

export const boundNames = ["nodes", "terms", ...budgets] as const;
