/** The bounds of the exploration. Each is a count over one whole history. */
export interface Bounds {
  readonly nodes: number;
  /** The highest term that any node enters. */
  readonly terms: number;
  /** Election timeouts: a node campaigns, or a leader steps down. */
  readonly timeouts: number;
  /** Rounds that a leader sends because a heartbeat is due. */
  readonly heartbeats: number;
  readonly proposals: number;
  readonly reads: number;
  readonly crashes: number;
  /** Messages delivered once more than they were sent. */
  readonly duplicates: number;
}

/** The bounds that a history uses up, in the order in which a state lists them. */
export const budgets = ["timeouts", "heartbeats", "proposals", "reads", "crashes", "duplicates"] as const;
export type Budget = (typeof budgets)[number];

export const boundNames = ["nodes", "terms", ...budgets] as const;
