import type { Command, Outcome } from "../log/types.ts";
import type { NodeId } from "../raft/types.ts";
import type { NodeAddress } from "../transport/object.ts";
import type {
  Answer,
  CommandRequest,
  Failure,
  QueryAnswer,
  QueryRequest,
  Request,
} from "../transport/protocol.ts";
import { TransportError } from "../transport/transport-error.ts";
import { Attempts } from "./attempts.ts";
import type { Cluster } from "./cluster.ts";
import type { Call, World } from "./context.ts";
import { LeaderHints, type Target } from "./leader-hints.ts";
import { distance } from "./regions.ts";

/**
 * Carries requests to the nodes of a cluster, and on to other nodes until one answers or the time is over.
 * A command that may have happened is sent again only where that can't make it happen twice.
 */
export class Router {
  readonly #world: World;
  readonly #hints = new LeaderHints();

  constructor(world: World) {
    this.#world = world;
  }

  /** Throws the problems `no-leader`, `busy`, `too-many-requests` and `outcome-unknown`. */
  async command(call: Call, cluster: Cluster, command: Command): Promise<Outcome> {
    const request: CommandRequest = { kind: "command", command, ...this.#nearest(call, cluster) };
    const answer = await this.#toLeader(call, cluster, request, canRepeat(command));
    if (answer.kind !== "outcome") throw new Error("a node answered a command with something else");
    return answer.outcome;
  }

  /** Asks the leader to hand over to a member. Throws the problems `no-leader` and `outcome-unknown`. */
  async transfer(call: Call, cluster: Cluster, to: NodeId): Promise<void> {
    await this.#toLeader(call, cluster, { kind: "transfer", to }, true);
  }

  async #toLeader(
    call: Call,
    cluster: Cluster,
    request: Exclude<Request, QueryRequest>,
    isRepeatable: boolean,
  ): Promise<Exclude<Answer, Failure>> {
    const order = this.#order(call, cluster);
    const attempts = new Attempts(this.#world, call, cluster);
    let target = this.#hints.first(cluster, order);
    for (;;) {
      const answer = await ask(call, target, request, attempts.attemptMs(isRepeatable));
      if (answer.kind !== "failure") {
        this.#hints.answered(cluster, target);
        return answer;
      }
      // It was not taken at all: that is no read which timed out.
      attempts.note(answer.reason === "timeout" ? "not-leader" : answer.reason);
      const next = this.#hints.failed(cluster, order, target, answer);
      if (isFull(answer) || (answer.reason === "outcome-unknown" && !isRepeatable)) throw attempts.problem();
      await attempts.pause(next.direct);
      target = next;
    }
  }

  /** `build` is called for each attempt. Throws `no-leader`, `timeout`, and what says that all nodes are full. */
  async query(call: Call, cluster: Cluster, build: () => QueryRequest): Promise<QueryAnswer> {
    const order = this.#order(call, cluster);
    const attempts = new Attempts(this.#world, call, cluster);
    for (let attempt = 0; ; attempt++) {
      const request = build();
      const waitMs = request.query.kind === "page" ? request.query.waitMs : 0;
      const node = order[attempt % order.length];
      if (node === undefined) throw new Error("a cluster has no members");
      const answer = await ask(call, { node, direct: false }, request, attempts.attemptMs(true, waitMs));
      if (answer.kind === "result") return answer;
      if (answer.kind !== "failure") throw new Error("a node answered a query with something else");
      attempts.note(answer.reason === "outcome-unknown" ? "timeout" : answer.reason);
      // Each node is asked once: who can't keep up is not to be pressed harder.
      if (isFull(answer) && attempt + 1 >= order.length) throw attempts.problem();
      await attempts.pause(false);
    }
  }

  /** The member nearest to where a call came from, the first of several; nothing where that is not known. */
  #nearest(call: Call, cluster: Cluster): Pick<CommandRequest, "near"> {
    const [nearest] = call.place === null ? [] : this.#order(call, cluster);
    return nearest === undefined ? {} : { near: nearest.id };
  }

  /** The members, nearest first; where it is not known where the call came from, the leader first. */
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

/**
 * Whether doing it twice is the same as doing it once. A second delete might hit a log made in between, and a
 * second create make one anew that somebody has deleted.
 */
function canRepeat(command: Command): boolean {
  return command.kind === "append" && command.producer !== null;
}

/** An answer that does not arrive may have been given. */
async function ask(call: Call, target: Target, request: Request, timeoutMs: number): Promise<Answer> {
  try {
    return await call.nodes.ask(target.node, request, { timeoutMs, forwarded: target.direct });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return error.overloaded ? overloaded : lost;
  }
}

/** Whether a node refused because it has enough to do. */
function isFull({ reason }: Failure): boolean {
  return reason === "busy" || reason === "too-many-requests" || reason === "too-many-readers";
}

const lost: Failure = { kind: "failure", reason: "outcome-unknown", leader: null };
const overloaded: Failure = { kind: "failure", reason: "busy", leader: null };
