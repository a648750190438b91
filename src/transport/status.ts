import type { Configuration, Part } from "../raft/configuration.ts";
import type { Identity, Phase } from "../raft/identity.ts";
import type { Index, NodeId, Term } from "../raft/types.ts";

/** How one member, or one that is just leaving, is doing, as its leader sees it. */
export interface PeerStatus {
  readonly id: NodeId;
  readonly region: string;
  readonly matchIndex: Index;
  readonly part: Part;
  /** Whether a learner takes what comes in as fast as it comes: then it becomes a voter. True of all others. */
  readonly caughtUp: boolean;
  /** Entries that it does not have yet, as far as the leader knows. */
  readonly lag: number;
  /** Milliseconds since its last answer; null for the leader itself. */
  readonly silentMs: number | null;
  /** How entries are sent to it (paper figure 2 and §7); null for the leader itself. */
  readonly mode: "probe" | "replicate" | "snapshot" | null;
  /** The share of the appends that entered near it, in the leader's last window: 0 to 1. */
  readonly appendShare: number;
}

/** Leadership that was sent after the writers. */
export interface HandOver {
  readonly to: NodeId;
  /** Ms since the epoch, on the clock of who led. */
  readonly at: number;
}

/** What is under way in a node. */
export interface LoadStatus {
  /** Requests that are not answered yet. */
  readonly requests: number;
  /** Reads among them, or left by them, that wait: for a majority, a commit, or the next record. */
  readonly readers: number;
  /** Bytes of the requests whose turn has not come, or that are handed on to the leader. */
  readonly queuedBytes: number;
  /** Bytes of commands that this node, as the leader, has proposed and not committed. */
  readonly uncommittedBytes: number;
}

/** What a node says of itself. */
export interface Status {
  readonly identity: Identity;
  readonly phase: Phase;
  readonly role: "follower" | "pre-candidate" | "candidate" | "leader";
  readonly currentTerm: Term;
  readonly leader: NodeId | null;
  readonly commitIndex: number;
  readonly lastIndex: number;
  /** Of the last entry: a log whose last term is higher is the newer one, however long (paper §5.4.1). */
  readonly lastTerm: Term;
  /** Up to here entries are compacted, and sent to others as a snapshot. */
  readonly snapshotIndex: number;
  /** In force at this node, committed or not. */
  readonly configuration: Configuration;
  readonly configurationIndex: Index;
  /** Only from a leader. */
  readonly peers: readonly PeerStatus[];
  /** Entries, and segments of snapshots, that arrived damaged and were dropped, since this object started. */
  readonly corruptEntries: number;
  readonly load: LoadStatus;
  /** Whether this node, while it leads, hands over to where most appends enter. */
  readonly followsWriters: boolean;
  /** The last such hand-over that this node began since its object started. */
  readonly handedOver: HandOver | null;
  /** It has nothing to do, and does nothing until somebody needs it. */
  readonly asleep: boolean;
  readonly counters: Counters;
}

/** What a node has done since its object started: none of it while the cluster sleeps. */
export interface Counters {
  readonly alarms: number;
  /** Calls to peers: messages, and requests that were handed on. */
  readonly calls: number;
  /** Rows that were written; truncated entries and alarms not counted. */
  readonly rows: number;
}
