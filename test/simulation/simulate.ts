import { CodecError } from "../../src/log/codec-error.ts";
import { bootstrapIdentity, type Identity } from "../../src/raft/identity.ts";
import { Audit } from "./checks/audit.ts";
import { Finale } from "./checks/finale.ts";
import { Finding } from "./checks/finding.ts";
import { Oracle } from "./checks/oracle.ts";
import { Histories } from "./clients/history.ts";
import { startClients } from "./clients/workload.ts";
import { Adversary } from "./world/adversary.ts";
import { drawPlan } from "./world/draw-plan.ts";
import { startLulls } from "./world/lulls.ts";
import { Machine } from "./world/machine.ts";
import { Nemesis } from "./world/nemesis.ts";
import { Network } from "./world/network.ts";
import { Random } from "./world/random.ts";
import { Scheduler } from "./world/scheduler.ts";
import { Marks, Trace } from "./world/trace.ts";
import type { World } from "./world/world.ts";

/** The result of one seed. */
export interface Run {
  readonly seed: number;
  readonly events: number;
  /** Null: nothing was wrong. */
  readonly finding: string | null;
  /** Equal for equal seed, number of events and code. */
  readonly traceHash: string;
  /** Only when asked for. */
  readonly lines: readonly string[];
  readonly marks: ReadonlyMap<string, number>;
}

/** Runs a cluster, its clients and its faults for about `events` events, then heals it and judges. */
export function simulate(seed: number, events: number, readable = false): Run {
  const plan = drawPlan(seed);
  const marks = new Marks();
  const world: World = {
    plan,
    // The plan's random numbers begin with the seed itself; these must be others.
    random: new Random(~seed),
    scheduler: new Scheduler(),
    trace: new Trace(readable),
    marks,
    oracle: new Oracle(plan.options, marks),
    healed: false,
    quietUntil: 0,
  };
  const finding = attempt(() => play(world, events));
  const { scheduler, trace } = world;
  trace.say(scheduler.now, () => JSON.stringify(plan, null, 1));
  return {
    seed,
    events: scheduler.events,
    finding,
    traceHash: trace.hash,
    lines: trace.lines ?? [],
    marks: marks.counts,
  };
}

function play(world: World, events: number): void {
  const machines: Machine[] = [];
  const network = new Network(world, machines);
  const hire = (identity: Identity): void => {
    if (machines[identity.id - 1] !== undefined) return;
    const machine = new Machine(identity.id, world, network);
    machines.push(machine);
    machine.watch.onElected = () => adversary.elected(machine);
    machine.watch.onAllAsleep = () => adversary.allAsleep();
    machine.bootstrap(identity);
  };
  const nemesis = new Nemesis(world, machines, network);
  const adversary = new Adversary(world, machines, network, nemesis);
  network.eavesdrop = (from, messages) => adversary.overhear(from, messages);
  const { regions } = world.plan;
  for (const at of regions.keys()) hire(bootstrapIdentity("simulated", at + 1, regions));
  const ground = { world, machines, network, histories: new Histories(), hire };
  startClients(ground);
  startLulls(world);
  nemesis.start();
  const audit = new Audit(machines, world.oracle);
  while (world.scheduler.events < events && world.scheduler.step()) audit.passed(world.scheduler.events);
  new Finale(ground).run();
}

function attempt(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof Finding) return error.message;
    if (error instanceof CodecError) return `damaged: ${error.message}`;
    throw error;
  }
}
