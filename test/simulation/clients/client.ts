import type { Outcome, Refusal } from "../../../src/log/outcome.ts";
import type { Identity } from "../../../src/raft/identity.ts";
import type { NodeId } from "../../../src/raft/types.ts";
import type { Answer, Failure, Request } from "../../../src/transport/protocol.ts";
import { Finding } from "../checks/finding.ts";
import type { Machine } from "../world/machine.ts";
import { type Network, outside } from "../world/network.ts";
import type { World } from "../world/world.ts";
import type { Histories } from "./history.ts";

/** What clients share. */
export interface Ground {
  readonly world: World;
  readonly machines: readonly Machine[];
  readonly network: Network;
  readonly histories: Histories;
  /** Makes sure that there is a machine for a node that may become a member. */
  hire(identity: Identity): void;
}

/** A client asks, waits for the answer or gives up, thinks, and asks again, until the faults are over. */
export abstract class Client {
  protected readonly ground: Ground;
  #favourite: NodeId = 0;
  /** The node that is nearest; null: not known. */
  readonly #home: NodeId | null;

  constructor(ground: Ground) {
    this.ground = ground;
    const { random } = ground.world;
    this.#home = random.chance(0.6) ? random.pick(ground.machines).id : null;
  }

  start(): void {
    this.pause(() => this.act());
  }

  protected abstract act(): void;

  protected pause(then: () => void): void {
    const { random, scheduler, plan } = this.ground.world;
    scheduler.after(random.float() * plan.clients.thinkMsMax, () => {
      const { healed, quietUntil } = this.ground.world;
      if (healed) return;
      if (quietUntil <= scheduler.now) then();
      else scheduler.after(quietUntil - scheduler.now, () => this.pause(then));
    });
  }

  /** Mostly the node that is known as the leader, or that answered last; often one that still believes that it leads. */
  #chooseMachine(): Machine {
    const { world, machines } = this.ground;
    const choice = world.random.float();
    const known = machines[this.#favourite - 1];
    if (choice < 0.5 && known !== undefined) return known;
    const leaders = choice < 0.8 ? machines.filter((machine) => machine.leads) : [];
    return world.random.pick(leaders.length > 0 ? leaders : machines);
  }

  /**
   * `done` is called once; with null if no answer came in time. `readable` is the last committed entry that the node
   * could read when it answered.
   */
  protected ask(request: Request, done: (answer: Answer | null, readable: number) => void): void {
    const { random, scheduler, plan, marks } = this.ground.world;
    const { timeoutMsMin, timeoutMsMax } = plan.clients;
    const timeoutMs = timeoutMsMin + random.float() * (timeoutMsMax - timeoutMsMin);
    const machine = this.#chooseMachine();
    // Mostly shorter than the client's own, so that the node's failure arrives in time.
    const patienceMs = timeoutMs * (0.2 + random.float());
    let isOver = false;
    const finish = (answer: Answer | null, readable: number): void => {
      if (isOver) return;
      isOver = true;
      timer.cancel();
      if (answer === null) marks.count("client: no answer");
      if (answer === null && random.chance(0.5)) this.#favourite = 0;
      if (answer?.kind === "failure") this.#favourite = answer.leader ?? 0;
      done(answer, readable);
    };
    const timer = scheduler.after(timeoutMs, () => finish(null, 0));
    const back = (answer: Answer, readable: number): void =>
      this.ground.network.travel(machine.id, outside, () => finish(answer, readable));
    const placed =
      request.kind === "command" && this.#home !== null ? { ...request, near: this.#home } : request;
    this.ground.network.travel(outside, machine.id, () => machine.request(placed, patienceMs, true, back));
  }

  /** Counts how a request went. */
  protected mark(answer: Answer): void {
    const { marks } = this.ground.world;
    if (answer.kind === "failure") marks.count(`client: ${answer.reason}`);
    else if (answer.kind !== "outcome") marks.count(`client: ${answer.kind}`);
    else if (answer.outcome.kind === "refused")
      marks.count(`client: refused, ${answer.outcome.refusal.reason}`);
    else if (answer.outcome.kind === "appended" && answer.outcome.duplicate)
      marks.count("client: appended, duplicate");
    else marks.count(`client: ${answer.outcome.kind}`);
  }
}

/** Whether a failure says that nothing happened. */
export const isDefinite = (failure: Failure): boolean => failure.reason !== "outcome-unknown";

/** The outcome of a command, or its failure; any other answer is wrong. */
export function outcomeOf(answer: Answer): Outcome | Failure {
  if (answer.kind === "outcome") return answer.outcome;
  if (answer.kind === "failure") return answer;
  throw new Finding("answers", `a command was answered by ${answer.kind}`);
}

export function unexpected(asked: string, refusal: Refusal): never {
  throw new Finding("refusals", `${asked} was refused: ${JSON.stringify(refusal)}`);
}
