import type { Configuration, Part } from "../raft/configuration.ts";
import type { Identity, Phase } from "../raft/identity.ts";
import type { Index, NodeId, Term } from "../raft/types.ts";

/** The state of one member, or of one that is just leaving, as its leader sees it. */
export interface PeerStatus {
  readonly id: NodeId;
  readonly region: string;
  readonly matchIndex: Index;
  readonly part: Part;
  /** Whether a learner keeps up with new entries, so that it can become a voter. True for all others. */
  readonly caughtUp: boolean;
  /** Entries that it lacks, as far as the leader knows. */
  readonly lag: number;
  /** Milliseconds since its last answer; null for the leader itself. */
  readonly silentMs: number | null;
  /** How entries are sent to it (paper figure 2 and §7); null for the leader itself. */
  readonly mode: "probe" | "replicate" | "snapshot" | null;
  /** The share of the appends that entered near it, in the leader's last window: 0 to 1. */
  readonly appendShare: number;
}

/** A hand-over of leadership to a node near the writers. */
export interface HandOver {
  readonly to: NodeId;
  /** Ms since the epoch, on the clock of the old leader. */
  readonly at: number;
}

/** The work under way in a node. */
export interface LoadStatus {
  /** Unanswered requests. */
  readonly requests: number;
  /** Reads, of these requests or of earlier ones, that wait for a majority, a commit or the next record. */
  readonly readers: number;
  /** Bytes of the requests that wait for their turn, or are handed on to the leader. */
  readonly queuedBytes: number;
  /** Bytes of commands that this node, as the leader, has proposed and not committed. */
  readonly uncommittedBytes: number;
}

/** The status of a node. */
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
  /** The configuration in force at this node, committed or not. */
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
  /** The node sleeps: it does nothing until it is needed. */
  readonly asleep: boolean;
  readonly counters: Counters;
}

/** The work of a node since its object started. It does none of it while the cluster sleeps. */
export interface Counters {
  readonly alarms: number;
  /** Calls to peers: messages, and requests that were handed on. */
  readonly calls: number;
  /** Rows that were written; truncated entries and alarms not counted. */
  readonly rows: number;
}
