import { type Configuration, decodeConfiguration } from "./configuration.ts";
import { invariant } from "./invariant.ts";
import type { Message } from "./messages.ts";
import type { Progress } from "./progress.ts";
import type { ConfirmedRead, SnapshotWrite } from "./ready.ts";
import type { RaftTrace, RoleReason, TermReason } from "./trace.ts";
import {
  type Entry,
  type Index,
  type LogReader,
  type NodeId,
  type Options,
  type QuiesceMark,
  type SnapshotMark,
  type Term,
  toIndex,
} from "./types.ts";
import type { Proposals } from "./uncommitted.ts";

/** The role of a node. All else about it is in `State`. */
export type Role =
  | { readonly name: "follower" }
  | { readonly name: "pre-candidate"; readonly votes: Map<NodeId, boolean> }
  | { readonly name: "candidate"; readonly votes: Map<NodeId, boolean> }
  | Leader;

/** State of a leader, gone when it does not lead any more. */
export interface Leader {
  readonly name: "leader";
  /** The no-op that opened the term, or a later entry of it that is committed. Only entries from here on are committed by counting (paper §5.4.2). */
  readonly termStart: Index;
  /** Its own log is durable up to this index. */
  durableIndex: Index;
  /** All members but itself. A leaving member stays until its removal is committed. */
  readonly peers: Map<NodeId, Progress>;
  /** The catch-up rounds of each learner. */
  catchUps: ReadonlyMap<NodeId, CatchUp>;
  readonly reads: PendingReads;
  readonly proposals: Proposals;
  /** The next round sends the commit index to peers that lack it. */
  announcesCommit: boolean;
  transfer: Transfer | null;
  /** When there was last work, ms. */
  idleSince: number;
  /** The read round in which the cluster falls asleep; null while it works. */
  quiesceRound: number | null;
}

/** How a learner catches up, in rounds (thesis §4.2.1). */
export interface CatchUp {
  /** The round ends when the learner holds the log up to here. */
  roundEnd: Index;
  /** ms */
  roundBeganAt: number;
  /** The last round took no longer than an election timeout. */
  isDone: boolean;
}

/** A leader is handing over (thesis §3.10). It takes no proposals meanwhile, so that the target can catch up. */
export interface Transfer {
  readonly to: NodeId;
  /** When it gives up and continues to lead, ms. */
  readonly deadline: number;
  /** The target holds the whole log, and was told to campaign. */
  isTold: boolean;
}

/**
 * Linearizable reads without writes (ReadIndex, thesis §6.4): a read is true once a majority has answered an
 * AppendEntries sent after the read came in, and the leader has committed an entry of its own term.
 *
 * A round is one such question to all peers. While a round is under way, new reads wait for the next one and share it.
 * So there is one round at a time, however many reads there are.
 */
export interface PendingReads {
  /** The latest round that was sent. Never reused within a term, even if the leader restarts and resumes. */
  round: number;
  /** The latest round that a majority has answered. */
  confirmedRound: number;
  /** By round, oldest first. */
  waiting: PendingRead[];
  /** How many contexts were assigned. */
  contexts: number;
}

export interface PendingRead {
  readonly context: number;
  readonly round: number;
  readonly index: Index;
}

/** A configuration, and the index of its entry. */
export interface PlacedConfiguration {
  readonly configuration: Configuration;
  readonly index: Index;
}

/** The whole state of consensus, in one place. */
export interface State {
  readonly id: NodeId;
  readonly options: Options;
  readonly log: LogReader;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The configuration that precedes the log, and its index: 0 at a bootstrap. */
  readonly base: PlacedConfiguration;

  currentTerm: Term;
  votedFor: NodeId | null;
  lastIndex: Index;
  lastTerm: Term;
  commitIndex: Index;
  /** In force: the newest of the log, committed or not (paper §6). */
  configuration: Configuration;
  /** The index of its entry. */
  configurationIndex: Index;
  snapshot: SnapshotMark;

  role: Role;
  /** The leader of `currentTerm`, if known. */
  leader: NodeId | null;
  /** When that leader was last heard, ms. */
  leaderHeardAt: number;
  /** Since when this node could have heard a leader: since it started or woke, ms. */
  listensSince: number;
  /** When to campaign unless a leader is heard before, ms. */
  electionDeadline: number;
  /** This node knows that it was removed, and does not campaign. */
  isRemoved: boolean;
  /** Set while this node sleeps: nothing is due, and it sends nothing by itself. */
  quiesce: QuiesceMark | null;

  readonly effects: Effects;
  /** Receives the events of the trace; null: it is off. */
  readonly trace: RaftTrace | null;
}

/** The effects of the present input, until `ready` takes them. */
export interface Effects {
  hardStateChanged: boolean;
  quiesceChanged: boolean;
  truncateFrom: Index | null;
  snapshot: SnapshotWrite | null;
  append: Entry[];
  messages: Message[];
  reads: ConfirmedRead[];
}

/**
 * The term of an entry of the log, 0 at index 0. Null if there is no such entry, or if it lies before the snapshot's
 * last one.
 */
export function termAt(state: State, index: Index): Term | null {
  if (index === state.lastIndex) return state.lastTerm;
  if (index === state.snapshot.index) return state.snapshot.term;
  return index > state.lastIndex || index < state.snapshot.index ? null : state.log.term(index);
}

/**
 * The last index up to `from` whose term is at most `term`, or the snapshot's index, before which the log can't be
 * searched. Terms never fall along a log, so this is a binary search.
 */
export function lastIndexWithTermAtMost(state: State, from: Index, term: Term): Index {
  let low: number = state.snapshot.index;
  let high: number = from;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const middleTerm = termAt(state, middle as Index);
    invariant(middleTerm !== null, `no entry ${middle} below ${from}`);
    if (middleTerm <= term) low = middle;
    else high = middle - 1;
  }
  return low as Index;
}

/** Brings into force the newest configuration at or before `upTo`. */
export function adoptConfiguration(state: State, upTo: Index): void {
  const { configuration, index } = configurationAt(state, upTo);
  state.configuration = configuration;
  state.configurationIndex = index;
}

/** The configuration that was in force before the present one. */
export function configurationBefore(state: State): Configuration {
  return configurationAt(state, toIndex(state.configurationIndex - 1)).configuration;
}

/** The newest configuration that is certainly committed: of two neighbours in a log, the first is. */
export function committedConfiguration(state: State): Configuration {
  return state.configurationIndex <= state.commitIndex ? state.configuration : configurationBefore(state);
}

function configurationAt({ log, base }: State, upTo: Index): PlacedConfiguration {
  const entry = log.configuration(upTo);
  if (entry === null || entry.index <= base.index) return base;
  return { configuration: decodeConfiguration(entry.data), index: entry.index };
}

/** Whether only a part of a snapshot has arrived, so that committed entries are missing here. */
export const hasHalfSnapshot = ({ lastIndex, snapshot }: State): boolean =>
  lastIndex < snapshot.readableIndex;

/** Adds entries to the end of the log; a configuration among them is in force at once. */
export function append(state: State, entries: readonly Entry[]): void {
  for (const entry of entries) {
    invariant(entry.index === state.lastIndex + 1, `entry ${entry.index} does not follow ${state.lastIndex}`);
    invariant(entry.term >= state.lastTerm, `entry ${entry.index} has an older term than its predecessor`);
    state.effects.append.push(entry);
    state.lastIndex = entry.index;
    state.lastTerm = entry.term;
    adoptFrom(state, entry);
  }
}

/** Brings into force the configuration of an entry that comes into the log, if it is one. */
export function adoptFrom(state: State, { kind, index, data }: Entry): void {
  if (kind !== "configuration" || index <= state.base.index) return;
  state.configuration = decodeConfiguration(data);
  state.configurationIndex = index;
}

/** A new randomized election timeout (paper §5.2), from this node's part of the range. */
export function resetElectionDeadline(state: State, now: number): void {
  const { electionTimeoutMs, rank, ranks } = state.options;
  state.electionDeadline = now + electionTimeoutMs * (1 + (rank + state.random()) / ranks);
}

/** Enters a term, with a vote or without. */
export function enterTerm(state: State, term: Term, votedFor: NodeId | null, why: TermReason): void {
  invariant(term > state.currentTerm, "a term never goes back");
  state.trace?.({ kind: "term", from: state.currentTerm, to: term, why });
  state.currentTerm = term;
  state.votedFor = votedFor;
  state.effects.hardStateChanged = true;
}

/** Gives the one vote that a node has in a term. */
export function voteFor(state: State, candidate: NodeId): void {
  invariant(state.votedFor === null, "a vote is never taken back");
  state.votedFor = candidate;
  state.effects.hardStateChanged = true;
}

/** Takes another role. */
export function takeRole(state: State, role: Role, why: RoleReason): void {
  const { role: before, currentTerm: term } = state;
  if (before.name !== role.name) state.trace?.({ kind: "role", from: before.name, to: role.name, term, why });
  state.role = role;
}

/** Follows `leader`, or no leader yet, in `term`. */
export function becomeFollower(
  state: State,
  term: Term,
  leader: NodeId | null,
  now: number,
  why: RoleReason,
): void {
  if (term > state.currentTerm) enterTerm(state, term, null, "newer-term-seen");
  if (state.role.name !== "follower") resetElectionDeadline(state, now);
  takeRole(state, { name: "follower" }, why);
  state.leader = leader;
}
