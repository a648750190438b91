import type { Index, NodeId, Term } from "./types.ts";

/** Why a node refuses its vote or pre-vote (paper §5.2, §5.4.1; thesis §4.2.3, §9.6). */
export type VoteRefusal =
  /** The question is of an older term, or a pre-vote of one that is not newer. */
  | "older-term"
  /** A leader was heard within an election timeout. */
  | "live-leader"
  /** The vote of this term is given. */
  | "voted-for-another"
  /** This term has a leader. */
  | "has-leader"
  | "older-log"
  /** It is not a member, as far as this node knows. */
  | "no-member";

/** Why a node enters a term. */
export type TermReason = "newer-term-seen" | "candidacy" | "forced-recovery";

/** Why a node takes another role. */
export type RoleReason =
  | "election-timeout"
  | "pre-votes-won"
  | "leadership-handed-over"
  | "votes-won"
  | "resumed"
  | "forced-recovery"
  | "election-lost"
  | "leader-heard"
  | "newer-term-seen"
  | "no-majority-heard"
  | "removed";

type RoleName = "follower" | "pre-candidate" | "candidate" | "leader";

/** Events in the core that its messages do not show. */
export type RaftEvent =
  | {
      readonly kind: "vote";
      readonly candidate: NodeId;
      /** The term of the question. */
      readonly term: Term;
      readonly isPreVote: boolean;
      /** Null: it was given. */
      readonly refusedFor: VoteRefusal | null;
    }
  | { readonly kind: "term"; readonly from: Term; readonly to: Term; readonly why: TermReason }
  | {
      readonly kind: "role";
      readonly from: RoleName;
      readonly to: RoleName;
      readonly term: Term;
      readonly why: RoleReason;
    }
  | {
      readonly kind: "truncation";
      /** The first and the last entry that were removed. */
      readonly from: Index;
      readonly to: Index;
      readonly why: "conflict" | "snapshot";
    };

/** Receives the events of a core as they happen. It must not call the core. */
export type RaftTrace = (event: RaftEvent) => void;

/** An event as a line for people. */
export function describeEvent(event: RaftEvent): string {
  switch (event.kind) {
    case "vote": {
      const { candidate, term, isPreVote, refusedFor } = event;
      const what = isPreVote ? "pre-vote" : "vote";
      if (refusedFor === null) return `gives ${candidate} its ${what} in term ${term}`;
      return `refuses ${candidate} its ${what} in term ${term}: ${refusedFor}`;
    }
    case "term":
      return `enters term ${event.to} after ${event.from}: ${event.why}`;
    case "role":
      return `is ${event.to} after ${event.from} in term ${event.term}: ${event.why}`;
    case "truncation":
      return `drops the entries ${event.from} to ${event.to}: ${event.why}`;
  }
}
