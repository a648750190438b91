import { Problem } from "../http/problem.ts";
import { MAIN } from "../http/scope.ts";
import type { OutcomeOf } from "../log/outcome.ts";
import type { Command } from "../log/types.ts";
import type { MembersChange } from "../raft/membership.ts";
import type { Index, NodeId } from "../raft/types.ts";
import type { AnswerOf, DoneAnswer, ResultOf } from "../transport/answer-of.ts";
import type { NodeAddress } from "../transport/object.ts";
import type {
  CommandRequest,
  Failure,
  MembersAnswer,
  MembersRefused,
  MembersRequest,
  Query,
  QueryAnswer,
  QueryRequest,
  RecoverRefused,
  Request,
  TransferRequest,
} from "../transport/protocol.ts";
import { TransportError } from "../transport/transport-error.ts";
import { Attempts } from "./attempts.ts";
import { bootstrap } from "./bootstrap.ts";
import { canRepeat } from "./can-repeat.ts";
import type { Cluster } from "./cluster.ts";
import { LeaderHints, type Target } from "./leader-hints.ts";
import { nodeNotFound } from "./refusal.ts";
import { distance } from "./regions.ts";
import type { Roster } from "./roster.ts";
import type { Call, World } from "./world.ts";

/**
 * Sends requests to the nodes of a cluster, one after the other, until one answers or the time is over. A command that
 * may have happened is sent again only if that can't make it happen twice.
 */
export class Router {
  readonly #world: World;
  readonly #roster: Roster;
  readonly #hints = new LeaderHints();

  constructor(world: World, roster: Roster) {
    this.#world = world;
    this.#roster = roster;
  }

  /** Throws the problems `no-leader`, `busy`, `too-many-requests` and `outcome-unknown`. */
  async command<C extends Command>(call: Call, cluster: Cluster, command: C): Promise<OutcomeOf<C>> {
    const request: CommandRequest<C> = { kind: "command", command };
    return (await this.#toLeader(call, cluster, request, canRepeat(command))).outcome;
  }

  /** Asks the leader to hand over to a member. Throws the problems `node-not-found`, `no-leader` and `outcome-unknown`. */
  async transfer(call: Call, cluster: Cluster, to: NodeId): Promise<void> {
    await this.#toLeader(call, cluster, { kind: "transfer", to }, true);
  }

  /**
   * The leader's refusal of an empty change. It shows the configuration in force, and whether it can be changed now.
   * Throws the problem `no-leader`.
   */
  async configuration(call: Call, cluster: Cluster, expectedIndex: Index | null): Promise<MembersRefused> {
    const change = { add: [], remove: [], expectedIndex };
    const answer = await this.#toLeader(call, cluster, { kind: "members", change }, true);
    if (answer.kind !== "members-refused") throw new Error("a node accepted an empty change");
    return answer;
  }

  /** Asks the leader to change the members. Throws the problems `no-leader` and `outcome-unknown`. */
  async members(
    call: Call,
    cluster: Cluster,
    change: MembersChange,
  ): Promise<MembersAnswer | MembersRefused> {
    return this.#toLeader(call, cluster, { kind: "members", change }, false);
  }

  /** Asks exactly this node to continue alone, and only once, because it may have done so without an answer. */
  async recover(
    call: Call,
    cluster: Cluster,
    node: NodeAddress,
    lost: readonly NodeId[],
  ): Promise<MembersAnswer | RecoverRefused | Failure> {
    const timeoutMs = Math.max(0, call.deadline - this.#world.now());
    const target = { node, mayHandOn: false };
    return this.#ask(call, cluster, target, { kind: "recover", lost }, timeoutMs);
  }

  async #toLeader<R extends CommandRequest | TransferRequest | MembersRequest>(
    call: Call,
    cluster: Cluster,
    request: R,
    isRepeatable: boolean,
  ): Promise<DoneAnswer<R>> {
    const attempts = new Attempts(this.#world, call, cluster.name);
    let present = this.#roster.present(cluster);
    let target = this.#hints.first(present, this.#order(call, present));
    for (;;) {
      const placed = request.kind === "command" ? { ...request, ...this.#nearest(call, present) } : request;
      const answer = await this.#ask(call, cluster, target, placed, attempts.attemptMs(isRepeatable));
      present = this.#roster.present(cluster);
      if (answer.kind !== "failure") {
        this.#hints.answered(present, target);
        return answer;
      }
      if (answer.reason === "no-such-peer" && request.kind === "transfer")
        throw nodeNotFound(cluster.name, request.to);
      // It was not accepted at all, so this is not a read that timed out.
      attempts.note(answer.reason === "timeout" ? "not-leader" : answer.reason);
      const next = this.#hints.failed(present, this.#order(call, present), target, answer);
      if (isFull(answer) || (answer.reason === "outcome-unknown" && !isRepeatable)) throw attempts.problem();
      await this.#pause(call, cluster, attempts, !next.mayHandOn);
      target = next;
    }
  }

  /** `build` is called for each attempt. Throws `no-leader`, `timeout`, and the problems of full nodes. */
  async query<Q extends Query>(
    call: Call,
    cluster: Cluster,
    build: () => QueryRequest<Q>,
  ): Promise<QueryAnswer<ResultOf<Q>>> {
    const attempts = new Attempts(this.#world, call, cluster.name);
    let present = this.#roster.present(cluster);
    let order = this.#order(call, present);
    for (let at = 0; ; at += 1) {
      const request = build();
      const waitMs = request.query.kind === "page" ? request.query.waitMs : 0;
      const node = order[at % order.length];
      if (node === undefined) throw new Error("a cluster has no members");
      const attemptMs = attempts.attemptMs(true, waitMs);
      const target = { node, mayHandOn: true };
      const answer = await this.#ask(call, cluster, target, request, attemptMs);
      if (answer.kind !== "failure") return answer;
      attempts.note(answer.reason === "outcome-unknown" ? "timeout" : answer.reason);
      // Another request may have learned of newer members meanwhile.
      const isNews = this.#roster.present(cluster) !== present;
      // Each node is asked once, because an overloaded node must not get more requests.
      if (isFull(answer) && !isNews && at + 1 >= order.length) throw attempts.problem();
      await this.#pause(call, cluster, attempts, isNews);
      if (this.#roster.present(cluster) === present) continue;
      present = this.#roster.present(cluster);
      order = this.#order(call, present);
      at = -1;
    }
  }

  /** Waits between two attempts. `main` is created at first use. If a node is lost, the others may still serve. */
  async #pause(call: Call, cluster: Cluster, attempts: Attempts, isNamed: boolean): Promise<void> {
    if (cluster.name !== MAIN || !attempts.takeBootstrap()) return attempts.pause(isNamed);
    try {
      await bootstrap(call.nodes, cluster, attempts.leftMs());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** A request without an answer may have been carried out. Learns newer members from the answer. */
  async #ask<R extends Request>(
    call: Call,
    cluster: Cluster,
    { node, mayHandOn }: Target,
    request: R,
    timeoutMs: number,
  ): Promise<AnswerOf<R>> {
    const { index: knownIndex, recoveries: knownRecoveries } = this.#roster.mark(cluster);
    const options = { timeoutMs, mayHandOn, knownIndex, knownRecoveries };
    try {
      const { answer, members } = await call.nodes.ask(node, request, options);
      if (members !== null) this.#roster.learn(cluster, members);
      return answer;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      return error.overloaded ? overloaded : lost;
    }
  }

  /** The member nearest to the client, the first of several; nothing if that is not known. */
  #nearest(call: Call, cluster: Cluster): Pick<CommandRequest, "near"> {
    const [nearest] = call.place === null ? [] : this.#order(call, cluster);
    return nearest === undefined ? {} : { near: nearest.id };
  }

  /**
   * The nodes for a long-lived connection, the best first: the nearest, or, if that is not known, any that does not
   * lead, which has less to do.
   */
  hosts(call: Call, cluster: Cluster): readonly NodeAddress[] {
    const present = this.#roster.present(cluster);
    if (call.place !== null) return this.#order(call, present);
    const leader = this.#hints.leader(present);
    const others = present.members.filter((member) => member !== leader);
    const first = Math.floor(this.#world.random() * others.length);
    return [...others.slice(first), ...others.slice(0, first), ...(leader === null ? [] : [leader])];
  }

  /** The members, nearest first. If the client's place is not known, the leader first. */
  #order({ place }: Call, cluster: Cluster): readonly NodeAddress[] {
    if (place !== null) {
      return cluster.members.toSorted((a, b) => distance(a.region, place) - distance(b.region, place));
    }
    const leader = this.#hints.leader(cluster);
    return leader === null
      ? cluster.members
      : [leader, ...cluster.members.filter((member) => member !== leader)];
  }
}

/** Whether a node refused because it is full. */
function isFull({ reason }: Failure): boolean {
  return reason === "busy" || reason === "too-many-requests" || reason === "too-many-readers";
}

const lost: Failure = { kind: "failure", reason: "outcome-unknown", leader: null };
const overloaded: Failure = { kind: "failure", reason: "busy", leader: null };
