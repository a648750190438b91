/** What a subscription was asked to be (Durable Streams §6.2), normalized. */
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

/** All that is true of a subscription: one replicated document. */
export interface Subscription {
  readonly id: string;
  /** Tells one life of an id from another: nothing that was given to the one is of use with the other. */
  readonly incarnation: string;
  readonly configuration: SubscriptionConfiguration;
  readonly configurationHash: string;
  /** Ms since the epoch. */
  readonly createdAt: number;
  /** Where the streams of its cluster are, as the creator reached them: callbacks go below it. */
  readonly streamRoot: string;
  readonly links: readonly Link[];
  /** The pattern matches streams with records that found no room among the links: nobody is woken for them. */
  readonly lacksRoom: boolean;
  /** Counts wakes (§7.3). */
  readonly generation: number;
  /** Null while it is idle. */
  readonly wake: Wake | null;
  /** Null unless the last delivery failed. */
  readonly retry: Retry | null;
}

/** A cursor on one stream. Positions are sequence numbers: of the next record. */
export interface Link {
  readonly path: string;
  /** Linked by name; else it is there because the pattern matches. */
  readonly isExplicit: boolean;
  readonly acked: number;
  /** The life of the stream that the cursor is in; null: there was none when it was linked. */
  readonly log: number | null;
  /** The tail, as the wake in flight tells it. */
  readonly tail: number;
}

/** A wake in flight. */
export interface Wake {
  readonly id: string;
  /** A stream that had news. */
  readonly stream: string;
  /** When it was issued, ms since the epoch. */
  readonly at: number;
  /** Whether the webhook took it, or the wake stream holds it. */
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

/** Of deliveries that failed in a row. */
export interface Retry {
  readonly attempts: number;
  /** Ms since the epoch; there is none before. */
  readonly nextAttemptAt: number;
}

/** Which wake somebody speaks of. */
export interface WakeRef {
  readonly generation: number;
  readonly wakeId: string;
}

/** The wake in flight, to be spoken of; null where there is none. */
export function wakeRef({ generation, wake }: Subscription): WakeRef | null {
  return wake === null ? null : { generation, wakeId: wake.id };
}
