/** The kind of a log's records: texts, JSON strings, or texts that Durable Streams show as bytes. */
export type LogKind = "text" | "json" | "plain";

export interface LogPlan {
  readonly name: string;
  readonly kind: LogKind;
  /** Whether it is closed after the last record. */
  readonly closes: boolean;
}

export type WriterForm = "session" | "http" | "stream";

export interface WriterPlan {
  readonly name: string;
  readonly form: WriterForm;
  readonly log: LogPlan;
  readonly batches: number;
  /** Records of a batch, at most. */
  readonly recordsMax: number;
  /** Characters of a record, at most. Now and then one is large. */
  readonly charactersMax: number;
  /** Appends that a session has under way. */
  readonly window: number;
  /** Whether it has a producer: it sends batches without an answer again, and they are stored once. */
  readonly isProducer: boolean;
  /** Probability that a producer begins a new epoch on a new connection, and gives up batches without an answer. */
  readonly newEpoch: number;
  /** The most answers after which a session is left, with batches under way; null: never. */
  readonly leavesAfterMax: number | null;
  /** Probability that a batch has a condition that can't hold. */
  readonly doomed: number;
  /** The longest pause before a batch, ms. */
  readonly thinkMsMax: number;
}

/** Native: a WebSocket for one tail, a tail of a session, events, pages. Durable Streams: events, and long polls. */
export type FollowerForm = "socket" | "session" | "events" | "poll" | "stream-events" | "stream-poll";

export interface FollowerPlan {
  readonly name: string;
  readonly form: FollowerForm;
  readonly log: LogPlan;
  /** The number of answered batches at which it begins. */
  readonly joinsAt: number;
  /** The nearest node; null: its place is not known. */
  readonly near: number | null;
  /** Whether it begins with `consistency=local`. */
  readonly isLocal: boolean;
  /** Where a WebSocket's tail begins. */
  readonly from: "earliest" | "tail";
  /** Credit of a session's tail, bytes. */
  readonly credit: number;
  /** The most records after which it leaves and comes back; null: it never leaves by itself. */
  readonly leavesAfterMax: number | null;
}

export interface SubscriptionPlan {
  readonly id: string;
  readonly type: "webhook" | "pull-wake";
  /** Whether it names its streams. If not, it has a pattern. */
  readonly isExplicit: boolean;
  readonly leaseMs: number;
  readonly workers: number;
  /** Probability that a worker processes a wake at once. */
  readonly diligence: number;
}

export type FaultKind =
  | "crash leader"
  | "crash follower"
  | "crash two"
  | "crash all"
  | "crash deliverer"
  | "move leadership"
  | "cut all lines"
  | "sleep"
  | "crash asleep"
  | "kill process";

export interface FaultPlan {
  /** The number of answered batches at which it strikes. */
  readonly at: number;
  readonly kind: FaultKind;
  /** The node, if there is a choice. */
  readonly node: number;
}

/** All that a seed decides. */
export interface Plan {
  readonly seed: number;
  readonly logs: readonly LogPlan[];
  readonly writers: readonly WriterPlan[];
  readonly followers: readonly FollowerPlan[];
  readonly subscriptions: readonly SubscriptionPlan[];
  readonly faults: readonly FaultPlan[];
  /** Whether connections break and are slow. If not, only faults and the clients end them. */
  readonly isRough: boolean;
}
