import type { NodeOptions } from "../../../src/node/options.ts";

/** Probabilities are of one call, one write or one alarm; `…EveryMs` are means, 0 for never. */
export interface Plan {
  readonly nodes: number;
  /** The region of each node. */
  readonly regions: readonly string[];
  readonly options: NodeOptions;
  readonly network: NetworkPlan;
  readonly disk: DiskPlan;
  readonly clock: ClockPlan;
  readonly nemesis: NemesisPlan;
  readonly clients: ClientsPlan;
  /** Whether the cluster, once the faults are over, must fall asleep before any client asks for anything. */
  readonly sleepsAtEnd: boolean;
}

export interface NetworkPlan {
  readonly latencyMsMin: number;
  readonly latencyMsMax: number;
  readonly slow: number;
  readonly slowMsMax: number;
  readonly loss: number;
  readonly doubling: number;
  readonly replay: number;
  /** The call is delivered, but its sender sees it fail. */
  readonly lostResponse: number;
  /** The sender never hears that its call failed. */
  readonly silentLoss: number;
  /** An entry arrives damaged. */
  readonly damage: number;
  readonly timeoutMs: number;
}

export interface DiskPlan {
  readonly syncMsMin: number;
  readonly syncMsMax: number;
  readonly stall: number;
  readonly stallMsMax: number;
  readonly exception: number;
  readonly fullEveryMs: number;
  readonly fullMsMax: number;
}

export interface ClockPlan {
  /** A node's clock runs at 1 ± this. */
  readonly drift: number;
  readonly jumpEveryMs: number;
  readonly jumpMsMax: number;
  readonly alarmLate: number;
  readonly alarmLateMsMax: number;
  readonly alarmEarly: number;
  readonly alarmDoubled: number;
  /** It never rings. */
  readonly alarmMissing: number;
  /** How late it may be before the node takes it for lost. */
  readonly alarmLostAfterMs: number;
}

export interface NemesisPlan {
  readonly crashEveryMs: number;
  readonly crashAllEveryMs: number;
  readonly downMsMax: number;
  readonly evictEveryMs: number;
  readonly partitionEveryMs: number;
  readonly isolateLeaderEveryMs: number;
  readonly oneWayEveryMs: number;
  readonly bridgeEveryMs: number;
  readonly ringEveryMs: number;
  /** A new life of an object begins while the old one is at work, and overlaps with it for up to `overlapMsMax`. */
  readonly supersedeEveryMs: number;
  readonly overlapMsMax: number;
  /** A node that never was a member sends a message. */
  readonly strangerEveryMs: number;
  readonly healAfterMsMax: number;
  readonly crashVoter: number;
  readonly cutNewLeader: number;
  readonly cutAppender: number;
  readonly replayAtElection: number;
  readonly crashAcknowledger: number;
  readonly holdAcknowledgements: number;
  readonly holdVotes: number;
  readonly cutConfigurer: number;
  /** Once all nodes sleep. */
  readonly evictSleepers: number;
  readonly crashSleeper: number;
  readonly cutSleeper: number;
}

export interface ClientsPlan {
  readonly appenders: number;
  readonly producers: number;
  readonly readers: number;
  readonly churners: number;
  readonly loss: number;
  readonly thinkMsMax: number;
  readonly timeoutMsMin: number;
  readonly timeoutMsMax: number;
  readonly batchMax: number;
  readonly logs: number;
  readonly movers: number;
  readonly changers: number;
  readonly forkers: number;
  readonly expirers: number;
  readonly leaseHolders: number;
  /** Times in which no client asks for anything. */
  readonly lullEveryMs: number;
  readonly lullMsMax: number;
}
