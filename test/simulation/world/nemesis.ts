import type { NodeId } from "../../../src/raft/types.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import { interfere } from "./stranger.ts";
import type { World } from "./world.ts";

/** Breaks things at random moments. */
export class Nemesis {
  readonly #world: World;
  readonly #machines: readonly Machine[];
  readonly #network: Network;

  constructor(world: World, machines: readonly Machine[], network: Network) {
    this.#world = world;
    this.#machines = machines;
    this.#network = network;
  }

  start(): void {
    const { nemesis, clock, disk } = this.#world.plan;
    this.#repeat(nemesis.crashEveryMs, "crash", () => this.crash(this.#anyone()));
    this.#repeat(nemesis.crashAllEveryMs, "crash of all", () => {
      for (const machine of this.#machines) this.crash(machine);
    });
    this.#repeat(nemesis.evictEveryMs, "eviction", () => this.#anyone().crash(0, Number.POSITIVE_INFINITY));
    this.#repeat(nemesis.supersedeEveryMs, "overlap of two lives", () =>
      this.#anyone().supersede(this.#world.random.float() * nemesis.overlapMsMax),
    );
    this.#repeat(disk.fullEveryMs, "disk full", () =>
      this.#anyone().fillDisk(this.#world.random.float() * disk.fullMsMax),
    );
    this.#repeat(clock.jumpEveryMs, "clock jump", () =>
      this.#anyone().clock.jump((2 * this.#world.random.float() - 1) * clock.jumpMsMax),
    );
    this.#repeat(nemesis.strangerEveryMs, "a stranger's message", () =>
      interfere(this.#anyone(), this.#world.random),
    );
    const isAlone = this.#machines.length === 1 && this.#world.plan.clients.changers === 0;
    if (isAlone) return;
    this.#repeat(nemesis.partitionEveryMs, "partition", () => this.#partition());
    this.#repeat(nemesis.bridgeEveryMs, "bridge between two halves", () => this.#bridge());
    this.#repeat(nemesis.oneWayEveryMs, "one-way cut", () => this.#cutOneWay());
    this.#repeat(nemesis.isolateLeaderEveryMs, "leader cut off", () => this.#isolateLeader());
    // In a ring of three, all are neighbours.
    if (this.#machines.length > 3)
      this.#repeat(nemesis.ringEveryMs, "ring of majorities", () => this.#ring());
  }

  /** Loses the writes that are not durable, or keeps a random part of them. */
  crash(machine: Machine): void {
    const { random, plan } = this.#world;
    const kept = random.chance(0.5) ? 0 : random.below(4);
    machine.crash(random.float() * plan.nemesis.downMsMax, kept);
  }

  /** Cuts a node off: fully, or only its sending or its hearing, perhaps with one follower left. */
  isolate(machine: Machine): void {
    const { random } = this.#world;
    const way = random.pick(["both", "both", "out", "in"] as const);
    const friend = random.chance(0.4) ? this.#anyone().id : machine.id;
    const others = this.#machines.filter(({ id }) => id !== machine.id && id !== friend);
    if (way !== "in") this.#cutFor(others.map(({ id }) => [machine.id, id]));
    if (way !== "out") this.#cutFor(others.map(({ id }) => [id, machine.id]));
  }

  #repeat(meanMs: number, name: string, strike: () => void): void {
    if (meanMs === 0) return;
    const { random, scheduler, marks, trace } = this.#world;
    scheduler.after(meanMs * 2 * random.float(), () => {
      if (this.#world.healed) return;
      marks.count(`fault: ${name}`);
      trace.say(scheduler.now, () => `fault: ${name}`);
      strike();
      this.#repeat(meanMs, name, strike);
    });
  }

  #anyone(): Machine {
    return this.#world.random.pick(this.#machines);
  }

  #partition(): void {
    const { random } = this.#world;
    const side = new Map(this.#machines.map(({ id }) => [id, random.chance(0.5)]));
    this.#cutFor(this.#links().filter(([from, to]) => side.get(from) !== side.get(to)));
  }

  /** Two halves, and a node that reaches both. */
  #bridge(): void {
    const { random } = this.#world;
    const bridge = this.#anyone().id;
    const side = new Map(this.#machines.map(({ id }) => [id, random.chance(0.5)]));
    const isBetween = ([from, to]: readonly [NodeId, NodeId]): boolean =>
      from !== bridge && to !== bridge && side.get(from) !== side.get(to);
    this.#cutFor(this.#links().filter(isBetween));
  }

  /** Each node reaches only its neighbours in a ring: a majority, which is another one for each node. */
  #ring(): void {
    const { length } = this.#machines;
    const areApart = ([from, to]: readonly [NodeId, NodeId]): boolean =>
      ![1, length - 1].includes(Math.abs(from - to));
    this.#cutFor(this.#links().filter(areApart));
  }

  #cutOneWay(): void {
    const links = this.#links();
    const { random } = this.#world;
    if (links.length === 0) return;
    this.#cutFor(Array.from({ length: random.between(1, 3) }, () => random.pick(links)));
  }

  #isolateLeader(): void {
    const leaders = this.#machines.filter((machine) => machine.leads);
    const leader = leaders[0];
    if (leader !== undefined) this.isolate(leader);
  }

  #links(): (readonly [NodeId, NodeId])[] {
    const ids = this.#machines.map(({ id }) => id);
    return ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => [from, to] as const));
  }

  #cutFor(links: readonly (readonly [NodeId, NodeId])[]): void {
    const { random, plan, scheduler } = this.#world;
    for (const [from, to] of links) this.#network.cut(from, to);
    scheduler.after(random.float() * plan.nemesis.healAfterMsMax, () => {
      if (this.#world.healed) return;
      for (const [from, to] of links) this.#network.join(from, to);
    });
  }
}
