import type { Message } from "../../../src/raft/messages.ts";
import type { NodeId } from "../../../src/raft/types.ts";
import type { Answer, Request } from "../../../src/transport/protocol.ts";
import { damage, hasEntries } from "./damage.ts";
import type { Machine, Wire } from "./machine.ts";
import type { Timer } from "./scheduler.ts";
import type { World } from "./world.ts";

/** The clients' end of a link: nothing cuts them off, but their calls get lost. */
export const outside: NodeId = 0;

/** How many calls are remembered. */
const pastMax = 16;

/** Sees messages before they travel. Returns a delay to add, ms. */
export type Eavesdropper = (from: Machine, messages: readonly Message[]) => number;

/** Calls between machines: late, lost, doubled, replayed, cut one way or both. */
export class Network implements Wire {
  readonly #world: World;
  readonly #machines: readonly Machine[];
  readonly #cuts = new Set<number>();
  /** Some calls of the past, any of which may come once more. */
  readonly #past: { readonly from: Machine; readonly to: NodeId; readonly messages: readonly Message[] }[] =
    [];
  eavesdrop: Eavesdropper = () => 0;

  constructor(world: World, machines: readonly Machine[]) {
    this.#world = world;
    this.#machines = machines;
  }

  /** Nothing gets from one to the other until they are joined. */
  cut(from: NodeId, to: NodeId): void {
    this.#cuts.add(linkOf(from, to));
  }

  join(from: NodeId, to: NodeId): void {
    this.#cuts.delete(linkOf(from, to));
  }

  joinAll(): void {
    this.#cuts.clear();
  }

  send(from: Machine, to: NodeId, messages: readonly Message[]): void {
    const call = new Call(this, this.#world, from, to);
    const delay = this.inspect(from, messages);
    call.deliver(messages, delay);
    const { random, plan, healed, marks, scheduler } = this.#world;
    if (healed) return;
    if (random.chance(plan.network.doubling)) {
      marks.count("fault: call doubled");
      call.deliver(messages, delay);
    }
    this.#past[random.below(pastMax)] = { from, to, messages };
    if (random.chance(plan.network.replay)) {
      marks.count("fault: call replayed late");
      const later = random.float() ** 2 * plan.options.electionTimeoutMs * 20;
      scheduler.after(later, () => new Call(this, this.#world, from, to).deliver(messages, 0));
    }
  }

  /** Past calls arrive again, or for the first time. */
  replayPast(): void {
    for (const { from, to, messages } of Object.values(this.#past)) {
      new Call(this, this.#world, from, to).deliver(messages, 0);
    }
  }

  /** All messages pass here when they leave, answers too. */
  inspect(from: Machine, messages: readonly Message[]): number {
    for (const message of messages) this.#world.oracle.left(message);
    this.#world.trace.say(this.#world.scheduler.now, () => messages.map(describe).join("; "));
    return this.eavesdrop(from, messages);
  }

  forward(
    from: Machine,
    to: NodeId,
    request: Request,
    timeoutMs: number,
    answer: (answer: Answer | null) => void,
  ): void {
    const { scheduler } = this.#world;
    const target = this.machine(to);
    let isAnswered = false;
    const settle = (result: Answer | null): void => {
      if (isAnswered) return;
      isAnswered = true;
      timer.cancel();
      answer(result);
    };
    const timer = scheduler.after(timeoutMs, () => settle(null));
    const back = (result: Answer): void => this.travel(to, from.id, () => settle(result));
    this.travel(from.id, to, () => target.request(request, timeoutMs, false, back));
  }

  machine(id: NodeId): Machine {
    return this.#machines[id - 1] as Machine;
  }

  /** Carries something over a link, unless it gets lost. */
  travel(from: NodeId, to: NodeId, arrive: () => void, delayMs = 0): void {
    const { random, plan, healed, marks, scheduler } = this.#world;
    const loss = from === outside || to === outside ? plan.clients.loss : plan.network.loss;
    if (!healed && random.chance(loss)) {
      marks.count("fault: message lost");
      return;
    }
    scheduler.after(this.#latency() + delayMs, () => {
      if (this.#cuts.has(linkOf(from, to))) marks.count("fault: message cut off");
      else arrive();
    });
  }

  #latency(): number {
    const { random, plan, healed } = this.#world;
    const { latencyMsMin, latencyMsMax, slow, slowMsMax } = plan.network;
    const usual = latencyMsMin + random.float() * (latencyMsMax - latencyMsMin);
    return !healed && random.chance(slow) ? usual + random.float() * slowMsMax : usual;
  }
}

/** One call and its response. Its sender may hear that it failed, even after it was delivered. */
class Call {
  readonly #network: Network;
  readonly #world: World;
  readonly #from: Machine;
  readonly #to: NodeId;
  #timeout: Timer | null = null;

  constructor(network: Network, world: World, from: Machine, to: NodeId) {
    this.#network = network;
    this.#world = world;
    this.#from = from;
    this.#to = to;
    const { incarnation } = from;
    const { random, plan, healed, scheduler } = world;
    if (!healed && random.chance(plan.network.silentLoss)) return;
    this.#timeout = scheduler.after(plan.network.timeoutMs, () => from.unreachable(to, incarnation));
  }

  deliver(messages: readonly Message[], delayMs: number): void {
    const { random, plan, healed, marks } = this.#world;
    const target = this.#network.machine(this.#to);
    const respond = (answers: readonly Message[]): void => {
      const delay = this.#network.inspect(target, answers);
      if (!healed && random.chance(plan.network.lostResponse))
        marks.count("fault: call failed after delivery");
      else this.#network.travel(this.#to, this.#from.id, () => this.#settle(answers), delay);
    };
    const arriving = this.#damaged(messages);
    this.#network.travel(this.#from.id, this.#to, () => target.receive(arriving, respond), delayMs);
  }

  #damaged(messages: readonly Message[]): readonly Message[] {
    const { random, plan, healed, marks } = this.#world;
    if (healed || !messages.some(hasEntries) || !random.chance(plan.network.damage)) return messages;
    marks.count("fault: entry damaged on its way");
    return messages.map((message) => (hasEntries(message) ? damage(message, random) : message));
  }

  #settle(answers: readonly Message[]): void {
    this.#timeout?.cancel();
    if (answers.length > 0) this.#from.receive(answers, (more) => this.#network.inspect(this.#from, more));
  }
}

const linkOf = (from: NodeId, to: NodeId): number => from * 16 + to;

function describe(message: Message): string {
  const { type, from, to, term, ...rest } = message;
  const shown = JSON.stringify(rest, (key, value: unknown) =>
    key === "entries" && Array.isArray(value) ? value.length : value,
  );
  return `n${from} → n${to} ${type} term ${term} ${shown}`;
}
