import { compact } from "./compact.ts";
import { isMember } from "./configuration.ts";
import {
  campaign,
  canLead,
  hasLiveLeader,
  onOwnVoteDurable,
  onPreVote,
  onPreVoteResponse,
  onRequestVote,
  onRequestVoteResponse,
  onTimeoutNow,
} from "./election.ts";
import { isIntact } from "./entry.ts";
import { onAppendEntries } from "./follower.ts";
import { isSoundSegment, onInstallSnapshot } from "./install-snapshot.ts";
import { invariant } from "./invariant.ts";
import {
  appendCommand,
  type Leader,
  onAccepted,
  onInstallSnapshotResponse,
  onOwnLogDurable,
  onRejected,
  quorumHeardAt,
} from "./leader.ts";
import {
  appendConfiguration,
  type ChangeRefusal,
  type MembersChange,
  nextConfiguration,
} from "./membership.ts";
import type { AppendEntries, InstallSnapshot, Message } from "./messages.ts";
import { probeFrom } from "./progress.ts";
import { beginRead } from "./reads.ts";
import type { DurableMark, NotTaken, Persist, Ready } from "./ready.ts";
import { forceRecovery, type RecoveryRefusal } from "./recovery.ts";
import { replicate } from "./replicate.ts";
import { pauseSnapshot } from "./send-snapshot.ts";
import { disturbs, restsAt, type SleepMark, sleepOn, stir, wake } from "./sleep.ts";
import {
  adoptConfiguration,
  becomeFollower,
  type Effects,
  noEffects,
  type PlacedConfiguration,
  resetElectionDeadline,
  type State,
  termAt,
} from "./state.ts";
import { beginTransfer, endLateTransfer } from "./transfer.ts";
import type { HardState, Index, LogReader, NodeId, Options, SnapshotMark, Term } from "./types.ts";
import { toIndex } from "./types.ts";
import { hasRoom } from "./uncommitted.ts";

export interface RaftInit {
  readonly id: NodeId;
  readonly options: Options;
  /** The configuration before the log's own, and the index that it stands at. */
  readonly base: PlacedConfiguration;
  readonly log: LogReader;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly hardState: HardState;
  readonly lastIndex: Index;
  readonly lastTerm: Term;
  readonly snapshot: SnapshotMark;
  /** Of a node that was asleep when it stopped. */
  readonly sleepMark: SleepMark | null;
}

/**
 * Raft (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", extended version) as a
 * pure state machine. Messages, proposals and the time go in; after each input, `ready` gives all effects
 * and must be called, and its `persist` written, before the next input. Times are in ms on a clock of the
 * host's choice that never goes back.
 */
export class Raft {
  readonly #state: State;
  /** Entries and segments that arrived damaged, and were dropped with their message. */
  corruptEntries = 0;

  constructor(init: RaftInit, now: number) {
    this.#state = {
      id: init.id,
      options: init.options,
      log: init.log,
      random: init.random,
      base: init.base,
      configuration: init.base.configuration,
      configurationIndex: init.base.index,
      currentTerm: init.hardState.currentTerm,
      votedFor: init.hardState.votedFor,
      lastIndex: init.lastIndex,
      lastTerm: init.lastTerm,
      commitIndex: init.snapshot.index,
      snapshot: init.snapshot,
      role: { name: "follower" },
      leader: null,
      leaderHeardAt: Number.NEGATIVE_INFINITY,
      electionDeadline: 0,
      sleep: null,
      effects: noEffects(),
    };
    adoptConfiguration(this.#state, init.lastIndex);
    resetElectionDeadline(this.#state, now);
    if (init.sleepMark !== null) sleepOn(this.#state, init.sleepMark, now);
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** A message from a peer, maybe late, doubled, or from nobody that belongs here. */
  step(message: Message, now: number): void {
    const state = this.#state;
    this.#expectTaken();
    if (message.to !== state.id || message.from === state.id) return;
    if (!this.#isHeard(message)) return;
    if (message.type === "AppendEntries" && !this.#isSound(message)) return;
    if (message.type === "InstallSnapshot" && !this.#isSoundSegment(message)) return;
    if (state.sleep !== null && disturbs(state.sleep, message)) wake(state, now);
    if (message.term > state.currentTerm && !this.#meetNewerTerm(message, now)) return;
    if (message.term < state.currentTerm) this.#answerStale(message);
    else this.#dispatch(message, now);
  }

  /**
   * Somebody needs the leader, and is about to ask for it: whoever sleeps wakes. To be called before
   * `propose`, `read`, `transfer` and `changeMembers`, and where they have to be asked of another node.
   */
  wake(now: number): void {
    const state = this.#state;
    if (state.sleep !== null) wake(state, now);
    else if (state.role.name === "leader") stir(state.role, now);
  }

  /** The leader appends `data` to its log; it may never be committed. Refused: nothing happened. */
  propose(data: Uint8Array): { readonly index: Index; readonly term: Term } | NotTaken {
    const state = this.#state;
    this.#expectTaken();
    this.#expectAwake();
    if (state.role.name !== "leader" || state.role.transfer !== null) return "not-leader";
    if (!hasRoom(state.role.proposals, data.byteLength, state.options.uncommittedBytesMax)) return "busy";
    const index = appendCommand(state, state.role, data);
    return { index, term: state.currentTerm };
  }

  /**
   * Begins a linearizable read that covers `atLeast` and all that is committed; gives its context, unique
   * within the term. `ready` hands it out when confirmed; never, if this node stops leading first.
   */
  read(atLeast: Index): number | "not-leader" {
    const state = this.#state;
    this.#expectAwake();
    return state.role.name === "leader" ? beginRead(state, state.role, atLeast) : "not-leader";
  }

  /**
   * Begins to hand leadership to a peer, which campaigns once it holds the whole log. Until then, or for an
   * election timeout at most, proposals are refused as by who leads no more. What came of it shows in who leads.
   */
  transfer(to: NodeId, now: number): "begun" | "not-leader" | "no-such-peer" {
    const state = this.#state;
    this.#expectAwake();
    if (state.role.name !== "leader") return "not-leader";
    const isCandidate = state.role.peers.has(to) && state.configuration.voters.includes(to);
    if (!isCandidate) return "no-such-peer";
    beginTransfer(state, state.role, to, now);
    return "begun";
  }

  /**
   * Begins a change of the members. It goes on by itself, through later leaders too: who is added learns, then
   * a joint configuration takes all of it into force, and is left (paper §6, thesis §4.3).
   */
  changeMembers(
    change: MembersChange,
    now: number,
  ): { readonly index: Index; readonly term: Term } | "not-leader" | ChangeRefusal {
    const state = this.#state;
    this.#expectTaken();
    this.#expectAwake();
    if (state.role.name !== "leader" || state.role.transfer !== null) return "not-leader";
    const next = nextConfiguration(state, state.role, change, now);
    if (typeof next === "string") return next;
    return { index: appendConfiguration(state, state.role, next, now), term: state.currentTerm };
  }

  /** After the loss of a quorum, and never before: see `forceRecovery`. `timestamp` is ms since the epoch. */
  recover(
    lost: readonly NodeId[],
    timestamp: number,
    now: number,
  ): { readonly index: Index; readonly term: Term } | RecoveryRefusal {
    this.#expectTaken();
    this.#expectAwake();
    const index = forceRecovery(this.#state, lost, timestamp, now);
    return typeof index === "string" ? index : { index, term: this.#state.currentTerm };
  }

  /** Time has passed: campaign, or notice that a majority was not heard for too long. */
  tick(now: number): void {
    const state = this.#state;
    this.#expectTaken();
    if (state.sleep !== null) return;
    if (state.role.name !== "leader") {
      if (now >= state.electionDeadline) campaign(state, now);
    } else if (now >= this.#quorumDeadline(state.role, now)) {
      becomeFollower(state, state.currentTerm, null, now);
    } else {
      endLateTransfer(state.role, now);
    }
  }

  /** Something sent to `peer` was lost, or may have been: ask it anew, with the next heartbeat. */
  unreachable(peer: NodeId): void {
    const { role } = this.#state;
    const progress = role.name === "leader" ? role.peers.get(peer) : undefined;
    if (progress === undefined) return;
    if (progress.mode === "snapshot") {
      pauseSnapshot(progress);
      return;
    }
    const next = progress.mode === "replicate" ? toIndex(progress.matchIndex + 1) : progress.nextIndex;
    probeFrom(progress, next, true);
  }

  /**
   * Whether the entry at `index`, up to which the log must reach, is that of `term`: a leader never rewrites its
   * own. Null where that is not known any more, because a snapshot leaves it out.
   */
  isOfTerm(index: Index, term: Term): boolean | null {
    const state = this.#state;
    const isOwn = state.role.name === "leader" && state.currentTerm === term && index >= state.role.termStart;
    if (isOwn) return true;
    const found = termAt(state, index) ?? state.log.term(index);
    return found === null ? null : found === term;
  }

  /** The host wants entries up to `index`, which are committed, to be replicated no more. */
  compact(index: Index): void {
    this.#expectTaken();
    compact(this.#state, index);
  }

  /** Whether this node leads peers that have not heard what is committed. */
  get hasNews(): boolean {
    const { role, commitIndex } = this.#state;
    if (role.name !== "leader") return false;
    return Array.from(role.peers.values()).some(({ sentCommit }) => sentCommit < commitIndex);
  }

  /** Lets the next `replicate` tell them, rather than the next entries or heartbeat. */
  announceCommit(): void {
    const { role } = this.#state;
    if (role.name === "leader") role.announcesCommit = true;
  }

  /** To be called once the inputs at hand are through: a leader sends what its peers lack. */
  replicate(now: number): void {
    this.#expectTaken();
    const { role, sleep } = this.#state;
    if (role.name === "leader" && sleep === null) replicate(this.#state, role, now);
  }

  /** Up to where this node has written, to be handed back to `durable`. */
  mark(): DurableMark {
    return { term: this.#state.currentTerm, lastIndex: this.#state.lastIndex };
  }

  /**
   * All that was written when `mark` was taken is durable. One of an older term says nothing of the present
   * one's vote or entries: what it covered may have been rewritten since.
   */
  durable(mark: DurableMark, now: number): void {
    const state = this.#state;
    this.#expectTaken();
    if (mark.term !== state.currentTerm) return;
    onOwnVoteDurable(state, now);
    if (state.role.name === "leader") onOwnLogDurable(state, state.role, mark.lastIndex, now);
  }

  /** Takes the effects of the inputs since the last call. */
  ready(): Ready {
    const { effects } = this.#state;
    const ready = {
      persist: this.#takePersist(),
      afterPersist: { messages: effects.messages, reads: effects.reads },
    };
    Object.assign(effects, noEffects());
    return ready;
  }

  /** When `tick` and `replicate` are next due; null: no need to wake for anything. */
  wakeAt(): number | null {
    const { sleep, role, options, electionDeadline } = this.#state;
    if (sleep !== null) return null;
    if (role.name !== "leader") return canLead(this.#state) ? electionDeadline : null;
    if (role.peers.size === 0) return restsAt(this.#state, role);
    const heartbeats = Array.from(role.peers.values(), ({ sentAt }) => sentAt + options.heartbeatMs);
    return Math.min(...heartbeats);
  }

  #takePersist(): Persist | null {
    const { effects, currentTerm, votedFor } = this.#state;
    const { hardStateChanged, truncateFrom, snapshot, append } = effects;
    if (!effects.sleepChanged && !changesLog(effects)) return null;
    return {
      hardState: hardStateChanged ? { currentTerm, votedFor } : null,
      sleep: effects.sleepChanged ? (this.#state.sleep ?? "awake") : null,
      truncateFrom,
      snapshot,
      append,
    };
  }

  #expectTaken(): void {
    invariant(!changesLog(this.#state.effects), "effects were not taken");
  }

  #expectAwake(): void {
    invariant(this.#state.sleep === null, "who asks for something calls `wake` first");
  }

  /**
   * Only members are heard, and who shows a newer configuration than this node's: it may have become a member
   * since. Who was removed can't show one, so it deposes nobody. A leader that removes itself is heard to the
   * end: it acts by the very configuration that it is not in.
   */
  #isHeard(message: Message): boolean {
    const { configuration, configurationIndex, base, role } = this.#state;
    if (isMember(configuration, message.from)) return true;
    if (role.name === "leader" && role.peers.has(message.from)) return true;
    if (!("configurationIndex" in message)) return message.type === "TimeoutNow" && this.#isOfLeader(message);
    const isOfLeader = message.type === "AppendEntries" || message.type === "InstallSnapshot";
    const isLeaving = isOfLeader && configurationIndex > base.index;
    return message.configurationIndex > configurationIndex - (isLeaving ? 1 : 0);
  }

  #isOfLeader({ from, term }: Message): boolean {
    return from === this.#state.leader && term === this.#state.currentTerm;
  }

  /** Entries must follow each other and be what their author wrote; else the message is as good as lost. */
  #isSound(message: AppendEntries): boolean {
    const damaged = message.entries.filter((entry) => !isIntact(entry)).length;
    this.corruptEntries += damaged;
    const inOrder = message.entries.every((entry, i) => {
      const prevTerm = message.entries[i - 1]?.term ?? message.prevTerm;
      return (
        entry.index === message.prevIndex + 1 + i && entry.term >= prevTerm && entry.term <= message.term
      );
    });
    return damaged === 0 && inOrder;
  }

  #isSoundSegment(message: InstallSnapshot): boolean {
    const isSound = isSoundSegment(message);
    if (!isSound) this.corruptEntries += 1;
    return isSound;
  }

  /** Follows a newer term where the message proves one; false: it must be ignored. */
  #meetNewerTerm(message: Message, now: number): boolean {
    const state = this.#state;
    const isOfFuture = message.type === "PreVote" || (message.type === "PreVoteResponse" && message.granted);
    if (isOfFuture) return true;
    if (message.type === "RequestVote" && !message.isTransfer && hasLiveLeader(state, now)) return false;
    becomeFollower(state, message.term, null, now);
    return true;
  }

  /** A request of an older term changes nothing; its sender learns the newer one. Old answers are dropped. */
  #answerStale(message: Message): void {
    const { id: from, currentTerm: term, effects } = this.#state;
    const to = message.from;
    if (message.type === "PreVote") {
      effects.messages.push({ type: "PreVoteResponse", from, to, term, granted: false });
    } else if (message.type === "RequestVote") {
      effects.messages.push({ type: "RequestVoteResponse", from, to, term, granted: false });
    } else if (message.type === "AppendEntries" || message.type === "InstallSnapshot") {
      // Its round and its place are the older term's; its sender may lead this one by now, and ask anew.
      const none = {
        round: 0,
        prevIndex: toIndex(0),
        hintIndex: toIndex(0),
        hintTerm: 0,
        commitIndex: toIndex(0),
      };
      effects.messages.push({ type: "AppendEntriesRejected", from, to, term, ...none });
    }
  }

  #dispatch(message: Message, now: number): void {
    const state = this.#state;
    const { role } = state;
    switch (message.type) {
      case "PreVote":
        onPreVote(state, message, now);
        break;
      case "PreVoteResponse":
        onPreVoteResponse(state, message, now);
        break;
      case "RequestVote":
        onRequestVote(state, message, now);
        break;
      case "RequestVoteResponse":
        onRequestVoteResponse(state, message, now);
        break;
      case "AppendEntries":
        invariant(role.name !== "leader", `two leaders in term ${state.currentTerm}`);
        becomeFollower(state, state.currentTerm, message.from, now);
        onAppendEntries(state, message, now);
        break;
      case "InstallSnapshot":
        invariant(role.name !== "leader", `two leaders in term ${state.currentTerm}`);
        becomeFollower(state, state.currentTerm, message.from, now);
        onInstallSnapshot(state, message, now);
        break;
      case "InstallSnapshotResponse":
        if (role.name === "leader") onInstallSnapshotResponse(state, role, message, now);
        break;
      case "TimeoutNow":
        onTimeoutNow(state, now);
        break;
      case "AppendEntriesAccepted":
        if (role.name === "leader") onAccepted(state, role, message, now);
        break;
      case "AppendEntriesRejected":
        if (role.name === "leader") onRejected(state, role, message, now);
        break;
    }
  }

  /** When a leader that hears nobody has to step down (thesis §6.2). */
  #quorumDeadline(leader: Leader, now: number): number {
    const { checkQuorum, electionTimeoutMs } = this.#state.options;
    return checkQuorum
      ? quorumHeardAt(this.#state, leader, now) + electionTimeoutMs
      : Number.POSITIVE_INFINITY;
  }
}

const changesLog = ({ hardStateChanged, truncateFrom, snapshot, append }: Effects): boolean =>
  hardStateChanged || truncateFrom !== null || snapshot !== null || append.length > 0;
