/** The configuration of a subscription (Durable Streams §6.2), normalized. */
export interface SubscriptionConfiguration {
  readonly type: "webhook" | "pull-wake";
  readonly pattern: string | null;
  /** Sorted, without repeats. */
  readonly streams: readonly string[];
  readonly webhookUrl: string | null;
  readonly wakeStream: string | null;
  readonly leaseTtlMs: number;
  readonly description: string | null;
}

/** The state of a subscription: one replicated document. */
export interface Subscription {
  readonly id: string;
  /** Distinguishes subscriptions with the same id, one after the other. Tokens of one are not valid for another. */
  readonly incarnation: string;
  readonly configuration: SubscriptionConfiguration;
  readonly configurationHash: string;
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** The URL of the stream root, as the creator reached it. Callbacks go below it. */
  readonly streamRoot: string;
  readonly links: readonly Link[];
  /** The pattern matches streams with records that have no room among the links, and so cause no wakes. */
  readonly lacksRoom: boolean;
  /** Counts wakes (§7.3). */
  readonly generation: number;
  /** Null while it is idle. */
  readonly wake: Wake | null;
  /** Null unless the last delivery failed. */
  readonly retry: Retry | null;
}

/** A cursor on one stream. Positions are the sequence number of the next record. */
export interface Link {
  readonly path: string;
  /** Whether it is linked by name. If not, the pattern matches it. */
  readonly isExplicit: boolean;
  readonly acked: number;
  /** The life of the stream to which the cursor belongs; null: there was no stream when it was linked. */
  readonly log: number | null;
  /** The tail, as the wake in flight reports it. */
  readonly tail: number;
}

/** A wake in flight. */
export interface Wake {
  readonly id: string;
  /** A stream that had news. */
  readonly stream: string;
  /** When it was issued, ms since the epoch. */
  readonly at: number;
  /** Whether the webhook accepted it, or the wake stream holds it. */
  readonly isDelivered: boolean;
  /** Null while no worker has claimed it. */
  readonly lease: WakeLease | null;
}

export interface WakeLease {
  /** The worker that claimed; null for a webhook. */
  readonly holder: string | null;
  /** Ms since the epoch. */
  readonly until: number;
}

/** The retry after deliveries that failed in a row. */
export interface Retry {
  readonly attempts: number;
  /** Not before this time, ms since the epoch. */
  readonly nextAttemptAt: number;
}

/** A reference to a wake. */
export interface WakeRef {
  readonly generation: number;
  readonly wakeId: string;
}

/** A reference to the wake in flight; null if there is none. */
export function wakeRef({ generation, wake }: Subscription): WakeRef | null {
  return wake === null ? null : { generation, wakeId: wake.id };
}
