import { onOwnLogDurable } from "./answers.ts";
import { boot, type RaftInit } from "./boot.ts";
import { compact } from "./compact.ts";
import { doWhatIsDue, dueAt } from "./due.ts";
import { changesLog, takeEffects } from "./effects.ts";
import { onOwnVoteDurable } from "./election.ts";
import { dismissStranger, isHeard } from "./heard.ts";
import { invariant } from "./invariant.ts";
import { appendCommand } from "./leader.ts";
import {
  appendConfiguration,
  type ChangeRefusal,
  type MembersChange,
  nextConfiguration,
} from "./membership.ts";
import type { Message } from "./messages.ts";
import { lacksCommit, probeFrom } from "./progress.ts";
import { keepAwake, wake } from "./quiesce.ts";
import { beginRead } from "./reads.ts";
import type { DurableMark, NotTaken, Ready } from "./ready.ts";
import { receive } from "./receive.ts";
import { forceRecovery, type RecoveryRefusal } from "./recovery.ts";
import { replicate } from "./replicate.ts";
import { pauseSnapshot } from "./send-snapshot.ts";
import { soundnessOf } from "./sound.ts";
import { type State, termAt } from "./state.ts";
import { beginTransfer } from "./transfer.ts";
import { type Index, type NodeId, type Term, toIndex } from "./types.ts";
import { hasRoom } from "./uncommitted.ts";

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
    this.#state = boot(init, now);
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** A message from a peer: maybe late, doubled, or from a node that is no member. */
  step(message: Message, now: number): void {
    const state = this.#state;
    this.#expectTaken();
    if (message.to !== state.id || message.from === state.id) return;
    if (!isHeard(state, message)) {
      dismissStranger(state, message);
      return;
    }
    const { isSound, damaged } = soundnessOf(message);
    this.corruptEntries += damaged;
    if (isSound) receive(state, message, now);
  }

  /**
   * The leader is needed: a sleeping node wakes. To be called before `propose`, `read`, `transfer` and `changeMembers`,
   * and before one of these is handed on to another node.
   */
  wake(now: number): void {
    const state = this.#state;
    if (state.quiesce !== null) wake(state, now);
    else if (state.role.name === "leader") keepAwake(state.role, now);
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
   * Begins to hand leadership to a peer, which campaigns once it holds the whole log. Until then, or for an election
   * timeout at most, proposals are refused as `not-leader`. The status shows the result.
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
   * Begins a change of the members. It continues by itself, through later leaders too: added nodes are learners first,
   * then a joint configuration brings the whole change into force, and is left (paper §6, thesis §4.3).
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
    this.#expectTaken();
    doWhatIsDue(this.#state, now);
  }

  /** A message to `peer` was lost, or may have been: probe the peer with the next heartbeat. */
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
   * Whether the entry at `index`, up to which the log must reach, is that of `term`: a leader never rewrites its own.
   * Null if that is not known any more, because a snapshot leaves it out.
   */
  isOfTerm(index: Index, term: Term): boolean | null {
    const state = this.#state;
    const isOwn = state.role.name === "leader" && state.currentTerm === term && index >= state.role.termStart;
    if (isOwn) return true;
    const found = termAt(state, index) ?? state.log.term(index);
    return found === null ? null : found === term;
  }

  /** Compacts the log up to `index`, which is committed: these entries are not replicated any more. */
  compact(index: Index): void {
    this.#expectTaken();
    compact(this.#state, index);
  }

  /** Whether this node leads peers that it can tell of a commit. */
  get hasNews(): boolean {
    const { role, commitIndex } = this.#state;
    if (role.name !== "leader") return false;
    return Array.from(role.peers.values()).some((progress) => lacksCommit(progress, commitIndex));
  }

  /** Lets the next `replicate` tell them, before the next entries or heartbeat do. */
  announceCommit(): void {
    const { role } = this.#state;
    if (role.name === "leader") role.announcesCommit = true;
  }

  /** To be called once all inputs at hand were processed: a leader sends what its peers lack. */
  replicate(now: number): void {
    this.#expectTaken();
    const { role, quiesce } = this.#state;
    if (role.name === "leader" && quiesce === null) replicate(this.#state, role, now);
  }

  /** How far this node has written, to be passed to `durable` later. */
  mark(): DurableMark {
    return { term: this.#state.currentTerm, lastIndex: this.#state.lastIndex };
  }

  /**
   * All that was written when `mark` was taken is durable. A mark of an older term is ignored: the entries that it
   * covered may have been rewritten since.
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
    return takeEffects(this.#state);
  }

  /** When `tick` and `replicate` are next due; null: no need to wake for anything. */
  wakeAt(): number | null {
    return dueAt(this.#state);
  }

  #expectTaken(): void {
    invariant(!changesLog(this.#state.effects), "effects were not taken");
  }

  #expectAwake(): void {
    invariant(this.#state.quiesce === null, "`wake` was not called before a request");
  }
}
