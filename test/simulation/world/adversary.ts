import type { Message } from "../../../src/raft/messages.ts";
import type { NodeId } from "../../../src/raft/types.ts";
import type { Machine } from "./machine.ts";
import type { Nemesis } from "./nemesis.ts";
import type { Network } from "./network.ts";
import type { World } from "./world.ts";

/** Strikes at the moments when consensus is easiest to hurt. Random faults rarely hit them. */
export class Adversary {
  readonly #world: World;
  readonly #machines: readonly Machine[];
  readonly #network: Network;
  readonly #nemesis: Nemesis;

  constructor(world: World, machines: readonly Machine[], network: Network, nemesis: Nemesis) {
    this.#network = network;
    this.#world = world;
    this.#machines = machines;
    this.#nemesis = nemesis;
  }

  /** A node has just won its election: cut it off, or confuse it and its followers with old messages. */
  elected(machine: Machine): void {
    const { random, plan, scheduler } = this.#world;
    if (this.#machines.length === 1) return;
    const soon = (strike: () => void): void => {
      scheduler.after(random.float() * plan.network.latencyMsMax * 4, () => {
        if (!this.#world.healed) strike();
      });
    };
    const { cutNewLeader, replayAtElection } = plan.nemesis;
    if (this.#strikes(cutNewLeader, "new leader cut off")) soon(() => this.#nemesis.isolate(machine));
    if (this.#strikes(replayAtElection, "the past replayed at an election"))
      soon(() => this.#network.replayPast());
  }

  /** All nodes sleep: takes their memories, or their leader. Sometimes a client asks before the leader is back. */
  allAsleep(): void {
    const { random, scheduler, plan } = this.#world;
    const { evictSleepers, crashSleeper, cutSleeper } = plan.nemesis;
    const leader = this.#machines.find((machine) => machine.leads);
    scheduler.after(0, () => {
      if (this.#strikes(evictSleepers, "all evicted in their sleep"))
        for (const machine of this.#machines) machine.crash(0, Number.POSITIVE_INFINITY);
      if (leader === undefined) return;
      if (this.#strikes(crashSleeper, "leader crashed in its sleep")) this.#nemesis.crash(leader);
      else if (this.#strikes(cutSleeper, "leader cut off in its sleep")) this.#nemesis.isolate(leader);
      else return;
      if (random.chance(0.5)) this.#world.quietUntil = scheduler.now;
    });
  }

  /** Sees the messages that leave `from`. Returns by how many milliseconds to delay them. */
  overhear(from: Machine, messages: readonly Message[]): number {
    let delayMs = 0;
    for (const message of messages) {
      this.#maybeCrash(from, message);
      delayMs = Math.max(delayMs, this.#maybeHold(message));
    }
    return delayMs;
  }

  #maybeCrash(from: Machine, message: Message): void {
    const { crashVoter, crashAcknowledger, cutAppender, cutConfigurer } = this.#world.plan.nemesis;
    if (message.type === "RequestVoteResponse" && message.granted) {
      if (this.#strikes(crashVoter, "voter crashed after its grant")) this.#crashSoon(from.id, 0);
    } else if (message.type === "AppendEntries" && message.entries.length > 0) {
      const configures = message.entries.some(({ kind }) => kind === "configuration");
      if (configures && this.#strikes(cutConfigurer, "leader cut off with a new configuration"))
        this.#nemesis.isolate(from);
      if (this.#strikes(cutAppender, "leader cut off while appending")) this.#nemesis.isolate(from);
      if (this.#strikes(crashAcknowledger, "leader crashed while appending")) this.#crashSoon(from.id, 2);
      if (this.#strikes(crashAcknowledger, "follower crashed while appending"))
        this.#crashSoon(message.to, 2);
    } else if (message.type === "AppendEntriesAccepted") {
      if (this.#strikes(crashAcknowledger, "follower crashed after acknowledging"))
        this.#crashSoon(from.id, 0);
    }
  }

  /** Long enough that another leader may be at work when it arrives. */
  #maybeHold({ type }: Message): number {
    const { random, plan } = this.#world;
    const { holdAcknowledgements, holdVotes } = plan.nemesis;
    const isVote = type === "PreVoteResponse" || type === "RequestVote" || type === "RequestVoteResponse";
    const isAcknowledgement = type === "AppendEntriesAccepted" || type === "AppendEntriesRejected";
    const strikes =
      (isVote && this.#strikes(holdVotes, "vote held back")) ||
      (isAcknowledgement && this.#strikes(holdAcknowledgements, "acknowledgement held back"));
    return strikes ? random.float() * plan.options.electionTimeoutMs * 6 : 0;
  }

  /** At a random moment within `delays` times the usual delay of disk and network. */
  #crashSoon(id: NodeId, delays: number): void {
    const { random, plan, scheduler } = this.#world;
    const delayMs = random.float() * (plan.disk.syncMsMax + plan.network.latencyMsMax) * delays;
    scheduler.after(delayMs, () => {
      const machine = this.#machines[id - 1];
      if (!this.#world.healed && machine !== undefined) this.#nemesis.crash(machine);
    });
  }

  #strikes(probability: number, name: string): boolean {
    const { healed, random, marks } = this.#world;
    if (healed || !random.chance(probability)) return false;
    marks.count(`fault: ${name}`);
    return true;
  }
}
