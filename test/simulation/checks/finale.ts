import { createCommand } from "../../../src/log/commands.ts";
import { type Configuration, isJoint } from "../../../src/raft/configuration.ts";
import { toIndex } from "../../../src/raft/types.ts";
import type { QueryRequest, Request } from "../../../src/transport/protocol.ts";
import type { Status } from "../../../src/transport/status.ts";
import { type Ground, outcomeOf } from "../clients/client.ts";
import type { Machine } from "../world/machine.ts";
import type { ChainedLog } from "./chain.ts";
import { require } from "./finding.ts";
import { judge } from "./judgement.ts";
import { isQuorum } from "./quorums.ts";
import { Tidiness } from "./tidiness.ts";
import { WaitingReaders } from "./waiting-readers.ts";

/** Within this many election timeouts the cluster must work again. */
const timeoutsMax = 30;

/** Longer than any log lives, and more than any clock is wrong, ms. */
const longMs = 3_600_000;

/** How often a leader sweeps, maybe one log only, ms. */
const sweepEveryMs = 1_000;

/** Ends the faults, waits until the cluster works again, and judges all requests and answers. */
export class Finale {
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  run(): void {
    const { world, network, machines } = this.#ground;
    world.healed = true;
    world.trace.say(world.scheduler.now, () => "the faults are over, but for a minority's links");
    network.joinAll();
    for (const machine of machines) machine.heal();
    if (world.plan.clients.changers > 0) this.#letRequestsEnd();
    if (world.plan.sleepsAtEnd) this.#becomeQuiesced();
    const quorum = this.#strandMinority();
    this.#probe("probe-of-quorum", quorum);
    world.trace.say(world.scheduler.now, () => "all faults are over");
    network.joinAll();
    if (world.plan.clients.expirers > 0) for (const machine of machines) machine.clock.jump(longMs);
    const deadline = this.#probe("probe", machines);
    this.#until(deadline, "equal logs, and rest", () => this.#isSettled());
    this.#hearSoon();
    this.#tidyUp();
    judge(world.oracle, world.marks, this.#members(), this.#ground.histories.all());
  }

  /** A change of members that is still under way could remove the very nodes that will be left. */
  #letRequestsEnd(): void {
    const { scheduler, plan } = this.#ground.world;
    const end = scheduler.now + plan.clients.timeoutMsMax * 2;
    while (scheduler.now < end && scheduler.step()) {
      // Each step checks itself.
    }
  }

  /**
   * Whatever the faults left behind, a cluster without requests falls asleep. Only a later event can notice that an
   * alarm was lost just before, so there are some: reads that wake no node.
   */
  #becomeQuiesced(): void {
    const { scheduler, plan } = this.#ground.world;
    const { electionTimeoutMs, sleepAfterMs } = plan.options;
    const patienceMs = 2 * timeoutsMax * electionTimeoutMs + 4 * sleepAfterMs + this.#catchUpMs();
    const isAsleep = (): boolean =>
      this.#members().every(({ storage }) => storage.onDisk.quiesceMark !== null);
    const ask = (): void => this.#askAll(this.#ground.machines, "local");
    this.#untilAsked(scheduler.now + patienceMs, plan.clock.alarmLostAfterMs + 1, ask, "sleep", isAsleep);
  }

  /** Leaves some nodes half or wholly cut off. They must not keep the others, a quorum, from work. Returns the quorum. */
  #strandMinority(): readonly Machine[] {
    const { world, network, machines } = this.#ground;
    const { random, plan } = world;
    let quorum = [...machines];
    for (let i = 0; i < machines.length / 2; i++) {
      const stray = random.pick(quorum);
      const others = quorum.filter((machine) => machine !== stray);
      if (!this.#canDecide(others)) continue;
      quorum = others;
      // Without CheckQuorum, a leader that can't hear may hold back the nodes that hear it (thesis §6.2).
      const way = plan.options.checkQuorum ? random.pick(["both", "in", "out"] as const) : "both";
      for (const { id } of machines) {
        if (way !== "in") network.cut(stray.id, id);
        if (way !== "out") network.cut(id, stray.id);
      }
    }
    return quorum;
  }

  /** By the newest configuration in each node's log, because any of them may be the one in force, and by its next. */
  #canDecide(machines: readonly Machine[]): boolean {
    const ids = machines.map(({ id }) => id);
    const newest = this.#ground.machines.map(
      ({ storage }) =>
        storage.written.configurations.at(-1)?.configuration ??
        storage.load()?.identity.configuration ??
        null,
    );
    return newest
      .flatMap((configuration) => (configuration === null ? [] : [configuration, promoted(configuration)]))
      .every((configuration) => isQuorum(configuration, (id) => ids.includes(id)));
  }

  /** A new entry, asked for at one of `machines` after the other, must be committed in time. */
  #probe(name: string, machines: readonly Machine[]): number {
    const { random, scheduler, plan } = this.#ground.world;
    const timeoutMs = plan.options.electionTimeoutMs;
    const deadline = scheduler.now + timeoutsMax * timeoutMs + this.#catchUpMs();
    let isCommitted = false;
    const attempt = (): void => {
      if (isCommitted) return;
      const request: Request = { kind: "command", command: createCommand(name) };
      // Mostly a member: with many removed nodes, too few requests would reach one.
      const members = this.#members().filter((machine) => machines.includes(machine));
      const asked = random.pick(members.length > 0 && random.chance(0.8) ? members : machines);
      asked.request(request, timeoutMs, true, (answer) => {
        isCommitted ||= outcomeOf(answer).kind === "created";
      });
      scheduler.after(timeoutMs / 2, attempt);
    };
    attempt();
    this.#until(deadline, `commit of ${name}`, () => isCommitted);
    return deadline;
  }

  /**
   * With the smallest window, each entry that a node lacks costs a round trip and two writes. A snapshot begins at
   * the node's commit index.
   */
  #catchUpMs(): number {
    const { world, machines } = this.#ground;
    const { network, disk } = world.plan;
    const ends = machines.map(({ storage }) => storage.written.log.lastIndex);
    const known = machines.flatMap(({ storage, status }) =>
      this.#needsSnapshot(storage.written.log) ? (status?.commitIndex ?? storage.written.snapshot.index) : [],
    );
    const lag = Math.max(...ends) - Math.min(world.oracle.commits.last, ...ends, ...known);
    return 2 * lag * (network.latencyMsMax + disk.syncMsMax);
  }

  /** Whether a node lacks what another one has compacted. */
  #needsSnapshot(log: ChainedLog): boolean {
    const { machines, world } = this.#ground;
    const compacted = Math.max(...machines.map(({ storage }) => storage.written.snapshot.index));
    return log.chains[compacted] !== world.oracle.commits.chains[compacted];
  }

  #until(deadline: number, what: string, isDone: () => boolean): void {
    const { scheduler } = this.#ground.world;
    while (!isDone()) {
      const goesOn = scheduler.step() && scheduler.now <= deadline;
      require(goesOn, "liveness", () =>
        `no ${what} within ${timeoutsMax} election timeouts: ${this.#describe()}`);
    }
  }

  /**
   * No change is under way; every member holds the same log, on disk, and knows all of it as committed; and no node
   * counts anything as under way.
   */
  #isSettled(): boolean {
    const { world } = this.#ground;
    const { last, chains } = world.oracle.commits;
    return this.#members().every(({ storage, status }) => {
      if (status === null || isJoint(status.configuration) || status.configuration.learners.length > 0)
        return false;
      const { log } = storage.onDisk;
      return (
        isAtRest(status) && status.commitIndex === last && log.lastIndex === last && log.last === chains[last]
      );
    });
  }

  /** The voters, as the leader has it. */
  #members(): readonly Machine[] {
    const { machines } = this.#ground;
    const leaders = machines.filter((machine) => machine.leads);
    const terms = leaders.map(({ status }) => status?.currentTerm ?? 0);
    const leader = leaders[terms.indexOf(Math.max(...terms))];
    const voters = leader?.status?.configuration.voters ?? machines.map(({ id }) => id);
    return machines.filter(({ id }) => voters.includes(id));
  }

  /** First time passes: a call that a fault took is known to have failed only later, and the next heartbeat mends it. */
  #hearSoon(): void {
    const { world, histories } = this.#ground;
    const { scheduler, plan } = world;
    const patienceMs = timeoutsMax * plan.options.electionTimeoutMs;
    let isCalm = false;
    scheduler.after(plan.network.timeoutMs + 2 * plan.options.heartbeatMs, () => {
      isCalm = true;
    });
    const until = (isDone: () => boolean): void =>
      this.#until(scheduler.now + patienceMs, "answers to readers that wait", isDone);
    until(() => isCalm);
    const isReady = (): boolean => this.#isSettled() && this.#members().some(({ leads }) => leads);
    new WaitingReaders(this.#ground, histories.log("probe"), until).run(() => {
      until(isReady);
      return this.#members();
    });
  }

  /** Logs that are over end, and dead rows go. All nodes are asked meanwhile, because a sleeping node does not sweep. */
  #tidyUp(): void {
    const { scheduler, plan, oracle } = this.#ground.world;
    const { electionTimeoutMs } = plan.options;
    const tidiness = new Tidiness(oracle);
    const patienceMs = (timeoutsMax + oracle.commits.last) * electionTimeoutMs + timeoutsMax * sweepEveryMs;
    const ask = (): void => this.#askAll(this.#members(), "linearizable");
    const isDone = (): boolean => tidiness.holds(this.#members());
    this.#untilAsked(scheduler.now + patienceMs, electionTimeoutMs / 2, ask, "end of what is over", isDone);
  }

  /** As `#until`; asks now and then. */
  #untilAsked(deadline: number, everyMs: number, ask: () => void, what: string, isDone: () => boolean): void {
    const { scheduler } = this.#ground.world;
    const again = (): void => {
      if (isDone()) return;
      ask();
      scheduler.after(everyMs, again);
    };
    scheduler.after(everyMs, again);
    this.#until(deadline, what, isDone);
  }

  /** A local read wakes no node. */
  #askAll(machines: readonly Machine[], consistency: QueryRequest["consistency"]): void {
    const { electionTimeoutMs } = this.#ground.world.plan.options;
    const query = { kind: "describe", name: "nothing" } as const;
    const request = { kind: "query", query, consistency, minIndex: toIndex(0) } as const;
    for (const machine of machines) machine.request(request, electionTimeoutMs, true, () => {});
  }

  #describe(): string {
    return this.#ground.machines.map(({ id, status }) => `n${id} ${describe(status)}`).join(", ");
  }
}

function isAtRest({ load }: Status): boolean {
  return Object.values(load).every((count) => count === 0);
}

function describe(status: Status | null): string {
  if (status === null) return "has no memory";
  const { role, currentTerm, commitIndex, lastIndex, load } = status;
  const underWay = Object.values(load).join("/");
  return `${role} term ${currentTerm} commit ${commitIndex} last ${lastIndex} under way ${underWay}`;
}

/** The configuration that follows once the learners have caught up. */
function promoted(configuration: Configuration): Configuration {
  const { voters, learners, leaving } = configuration;
  return { ...configuration, voters: [...voters.filter((id) => !leaving.includes(id)), ...learners] };
}
