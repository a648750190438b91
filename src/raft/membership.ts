import {
  type Configuration,
  encodeConfiguration,
  isJoint,
  isMember,
  isVoter,
  membersOf,
} from "./configuration.ts";
import { createEntry } from "./entry.ts";
import { catchUpsOf } from "./leader.ts";
import { createProgress } from "./progress.ts";
import { reachedByMajority } from "./quorum.ts";
import { append, becomeFollower, type Leader, type State } from "./state.ts";
import { type Index, type NodeId, toIndex } from "./types.ts";

/** One change of the members. All of it takes effect at once, when the added nodes have caught up. */
export interface MembersChange {
  /** New numbers, none of which was ever used, and their regions. */
  readonly add: readonly { readonly id: NodeId; readonly region: string }[];
  readonly remove: readonly NodeId[];
  /** Only if the configuration in force has this index; null for any. */
  readonly expectedIndex: Index | null;
}

/** Why a change is refused. Nothing happened. */
export type ChangeRefusal =
  /** No entry of the leader's own term is committed yet. Try again soon. */
  | "not-ready"
  /** Another change is under way. Removing its learners, while they still catch up, ends it. */
  | "change-under-way"
  /** The configuration in force is not the expected one. */
  | "stale-configuration"
  /** A node to remove is no member. */
  | "no-such-member"
  /** A number to add was used already. */
  | "used-id"
  /** No voter would be left, or the change is empty. */
  | "empty-change"
  /** No majority of the new voters has answered recently, so they could not commit anything. */
  | "no-quorum";

/** Checks a change against the configuration in force, and gives the next configuration on its way. */
export function nextConfiguration(
  state: State,
  leader: Leader,
  change: MembersChange,
  now: number,
): Configuration | ChangeRefusal {
  const { configuration, configurationIndex, commitIndex } = state;
  if (commitIndex < leader.termStart) return "not-ready";
  if (change.expectedIndex !== null && change.expectedIndex !== configurationIndex)
    return "stale-configuration";
  if (isJoint(configuration) || configurationIndex > commitIndex) return "change-under-way";
  const isCancel =
    change.add.length === 0 && change.remove.every((id) => configuration.learners.includes(id));
  if (configuration.learners.length > 0 && !isCancel) return "change-under-way";
  const refusal = refusalOf(configuration, change);
  if (refusal !== null) return refusal;
  const next = changed(configuration, change);
  return isJoint(next) && !isAlive(state, leader, next.voters, now) ? "no-quorum" : next;
}

/** Whether a majority of `voters` has answered within an election timeout. */
function isAlive({ options }: State, leader: Leader, voters: readonly NodeId[], now: number): boolean {
  const heardAt = reachedByMajority({ voters, outgoing: [] }, (id) => leader.peers.get(id)?.ackedAt ?? now);
  return now - heardAt < options.electionTimeoutMs;
}

function refusalOf(
  { voters, learners, nextId }: Configuration,
  { add, remove }: MembersChange,
): ChangeRefusal | null {
  if (!remove.every((id) => voters.includes(id) || learners.includes(id))) return "no-such-member";
  const ids = add.map(({ id }) => id);
  if (ids.some((id, at) => id < nextId || ids.indexOf(id) !== at)) return "used-id";
  const isEmpty = add.length === 0 && remove.length === 0;
  const leftVoters = voters.filter((id) => !remove.includes(id)).length + add.length;
  return isEmpty || leftVoters === 0 ? "empty-change" : null;
}

/** Added nodes first become learners. If nodes are only removed, the joint configuration comes at once. */
function changed(before: Configuration, { add, remove }: MembersChange): Configuration {
  if (before.learners.length > 0) return withoutLearners(before, remove);
  if (add.length === 0)
    return jointOf(
      before,
      before.voters.filter((id) => !remove.includes(id)),
    );
  const ids = add.map(({ id }) => id);
  return {
    ...before,
    forced: null,
    learners: ids,
    leaving: remove,
    regions: { ...before.regions, ...Object.fromEntries(add.map(({ id, region }) => [id, region])) },
    nextId: Math.max(before.nextId, ...ids.map((id) => id + 1)),
  };
}

function withoutLearners(before: Configuration, remove: readonly NodeId[]): Configuration {
  const learners = before.learners.filter((id) => !remove.includes(id));
  const leaving = learners.length === 0 ? [] : before.leaving;
  return pruned({ ...before, learners, leaving, forced: null });
}

function jointOf(before: Configuration, voters: readonly NodeId[]): Configuration {
  return { ...before, voters, outgoing: before.voters, learners: [], leaving: [], forced: null };
}

/** Only members have a region. */
function pruned(configuration: Configuration): Configuration {
  const members = membersOf(configuration);
  const regions = Object.entries(configuration.regions).filter(([id]) => members.includes(Number(id)));
  return { ...configuration, regions: Object.fromEntries(regions) };
}

/** Appends a configuration, which is in force from now on, and begins to talk to its members. */
export function appendConfiguration(
  state: State,
  leader: Leader,
  configuration: Configuration,
  now: number,
): Index {
  const index = toIndex(state.lastIndex + 1);
  append(state, [createEntry(index, state.currentTerm, "configuration", encodeConfiguration(configuration))]);
  for (const id of membersOf(configuration)) {
    if (id !== state.id && !leader.peers.has(id)) leader.peers.set(id, createProgress(index, now));
  }
  leader.catchUps = catchUpsOf(configuration.learners, index, now);
  return index;
}

/**
 * A learner has caught up when it received, within an election timeout, all entries that had come in during its round
 * before (thesis §4.2.1). As a voter it then delays no commit.
 */
export function noteCatchUp(state: State, leader: Leader, learner: NodeId, now: number): void {
  const catchUp = leader.catchUps.get(learner);
  const matchIndex = leader.peers.get(learner)?.matchIndex ?? 0;
  if (catchUp === undefined || matchIndex < catchUp.roundEnd) return;
  catchUp.isDone = now - catchUp.roundBeganAt <= state.options.electionTimeoutMs;
  catchUp.roundEnd = state.lastIndex;
  catchUp.roundBeganAt = now;
}

/** Takes the next step of a change that is under way: from learners to a joint configuration, and out of it. */
export function advanceMembership(state: State, leader: Leader, now: number): void {
  const { configuration, configurationIndex, commitIndex } = state;
  if (commitIndex < leader.termStart || configurationIndex > commitIndex) return;
  if (isJoint(configuration)) {
    appendConfiguration(state, leader, pruned({ ...configuration, outgoing: [] }), now);
  } else if (configuration.learners.length > 0) {
    if (leader.transfer === null && haveCaughtUp(state, leader, now)) promote(state, leader, now);
  } else {
    dismiss(state, leader, now);
  }
}

function haveCaughtUp({ options }: State, leader: Leader, now: number): boolean {
  return Array.from(leader.catchUps).every(([id, { isDone }]) => {
    const silentMs = now - (leader.peers.get(id)?.ackedAt ?? Number.NEGATIVE_INFINITY);
    return isDone && silentMs < options.electionTimeoutMs;
  });
}

function promote(state: State, leader: Leader, now: number): void {
  const { voters, learners, leaving } = state.configuration;
  const next = [...voters.filter((id) => !leaving.includes(id)), ...learners];
  if (!isAlive(state, leader, next, now)) return;
  appendConfiguration(state, leader, jointOf(state.configuration, next), now);
}

/**
 * The configuration is committed: nodes that are not in it receive nothing more, and a leader that is not in it steps
 * down. A voter that has not heard of its removal is told when it asks for votes.
 */
function dismiss(state: State, leader: Leader, now: number): void {
  const { configuration, id } = state;
  for (const peer of leader.peers.keys()) if (!isMember(configuration, peer)) leader.peers.delete(peer);
  if (isVoter(configuration, id)) return;
  nameSuccessor(state, leader);
  becomeFollower(state, state.currentTerm, null, now, "removed");
}

/** So its followers need not wait for an election timeout (thesis §4.2.2). */
function nameSuccessor(state: State, leader: Leader): void {
  const { configuration, lastIndex, id: from, currentTerm: term, effects } = state;
  const to = configuration.voters.find((voter) => leader.peers.get(voter)?.matchIndex === lastIndex);
  if (to !== undefined) effects.messages.push({ type: "TimeoutNow", from, to, term, lastIndex });
}
