import type { NodeOptions } from "../../../src/node/options.ts";
import type { ClientsPlan, ClockPlan, DiskPlan, NemesisPlan, NetworkPlan, Plan } from "./plan.ts";
import { Random } from "./random.ts";

/** Half of the faults are off in a run, so that the others get room (a "swarm"). */
const on = 0.5;

const regions = ["weur", "enam", "apac"];

/** Draws all that a seed decides before the run begins. */
export function drawPlan(seed: number): Plan {
  const random = new Random(seed);
  const rate = (max: number): number => (random.chance(on) ? random.float() * max : 0);
  const nodes = random.pick([1, 3, 3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5, 5]);
  const electionTimeoutMs = random.between(50, 300);
  const every = (timeouts: number): number =>
    random.chance(on) ? electionTimeoutMs * timeouts * (0.3 + random.float()) : 0;
  const plan = {
    nodes,
    regions: Array.from({ length: nodes }, () => random.pick(regions)),
    options: { ...drawOptions(random, electionTimeoutMs), ...drawTail(random), sleepAfterMs: 0 },
    network: drawNetwork(random, electionTimeoutMs, rate),
    disk: drawDisk(random, electionTimeoutMs, rate, every),
    clock: drawClock(random, electionTimeoutMs, rate, every),
    nemesis: { ...drawNemesis(random, electionTimeoutMs, every), ...sleepUndisturbed, strangerEveryMs: 0 },
    clients: { ...drawClients(random, electionTimeoutMs), ...drawnLater },
    sleepsAtEnd: false,
  };
  const whole = withForks(random.chance(0.6) ? withSleep(plan, random) : plan, random);
  return withLeases(withStranger(whole, every(2)), random);
}

const drawnLater = { lullEveryMs: 0, lullMsMax: 0, forkers: 0, expirers: 0, leaseHolders: 0 };

const sleepUndisturbed = { evictSleepers: 0, crashSleeper: 0, cutSleeper: 0 };

/** Drawn after the rest, so that the rest of the plan is the same with and without it. */
function withSleep(plan: Plan, random: Random): Plan {
  const { electionTimeoutMs } = plan.options;
  const targeted = (): number => (random.chance(on) ? random.float() : 0);
  return {
    ...plan,
    options: { ...plan.options, sleepAfterMs: electionTimeoutMs * random.pick([0.1, 0.5, 2]) },
    nemesis: {
      ...plan.nemesis,
      evictSleepers: targeted(),
      crashSleeper: targeted(),
      cutSleeper: targeted(),
    },
    clients: {
      ...plan.clients,
      lullEveryMs: electionTimeoutMs * (5 + random.float() * 20),
      lullMsMax: electionTimeoutMs * random.pick([5, 15]),
    },
    sleepsAtEnd: random.chance(0.5),
  };
}

/** Drawn after that, for the same reason. */
function withForks(plan: Plan, random: Random): Plan {
  if (!random.chance(on)) return plan;
  const expirers = random.below(3);
  return {
    ...plan,
    clients: { ...plan.clients, expirers, forkers: random.between(expirers > 0 ? 0 : 1, 4) },
  };
}

/** Drawn after all the others, for the same reason. */
function withStranger(plan: Plan, strangerEveryMs: number): Plan {
  return { ...plan, nemesis: { ...plan.nemesis, strangerEveryMs } };
}

/** Drawn after all the others, for the same reason. */
function withLeases(plan: Plan, random: Random): Plan {
  if (!random.chance(on)) return plan;
  return { ...plan, clients: { ...plan.clients, leaseHolders: random.between(2, 3) } };
}

type Tail = Pick<NodeOptions, "tailEntries" | "tailBytes" | "deadRowsMax">;

/** In half of the runs the tail is so short that a node that falls behind for a moment needs a snapshot. */
function drawTail(random: Random): Tail {
  const tailEntries = random.chance(on) ? random.pick([1, 3, 10, 40]) : Number.MAX_SAFE_INTEGER;
  const tailBytes = random.pick([200, 2_000, Number.MAX_SAFE_INTEGER]);
  return { tailEntries, tailBytes, deadRowsMax: random.pick([1, 2, 5, 1_000]) };
}

type DrawnLater = keyof Tail | "sleepAfterMs";

function drawOptions(random: Random, electionTimeoutMs: number): Omit<NodeOptions, DrawnLater> {
  return {
    electionTimeoutMs,
    heartbeatMs: electionTimeoutMs / random.pick([2, 4, 8]),
    checkQuorum: random.chance(0.5),
    inflightMax: random.pick([1, 2, 4, 64]),
    appendBytesMax: random.pick([1, 60, 300, 65_536]),
    uncommittedBytesMax: random.pick([1, 200, 2_000, 1_000_000]),
    requestsMax: random.pick([1, 3, 1_000, 1_000, 1_000]),
    readersMax: random.pick([1, 1_000, 1_000]),
    leaderRegions: random.pick([[], [], ["weur"], ["enam", "weur"]]),
    followWriters: random.chance(on),
    writers: {
      windowMs: electionTimeoutMs * random.pick([0.5, 2]),
      windows: random.between(1, 3),
      share: random.pick([0.5, 0.8]),
      appendsMin: random.between(1, 4),
      coolDownMs: electionTimeoutMs * random.pick([0, 2, 10]),
    },
  };
}

function drawNetwork(random: Random, timeoutMs: number, rate: (max: number) => number): NetworkPlan {
  return {
    latencyMsMin: 0.1,
    latencyMsMax: timeoutMs * random.pick([0.02, 0.1, 0.3]),
    slow: rate(0.1),
    slowMsMax: timeoutMs * random.pick([1, 4]),
    loss: rate(0.3),
    doubling: rate(0.2),
    replay: rate(0.2),
    lostResponse: rate(0.2),
    silentLoss: rate(0.5),
    damage: rate(0.1),
    timeoutMs: timeoutMs * random.pick([0.5, 1, 3]),
  };
}

function drawDisk(
  random: Random,
  timeoutMs: number,
  rate: (max: number) => number,
  every: (timeouts: number) => number,
): DiskPlan {
  return {
    syncMsMin: 0.1,
    syncMsMax: random.pick([0.2, 1, timeoutMs / 10]),
    stall: rate(0.02),
    stallMsMax: timeoutMs * 2,
    exception: rate(0.01),
    fullEveryMs: every(30),
    fullMsMax: timeoutMs * random.pick([1, 4]),
  };
}

function drawClock(
  random: Random,
  timeoutMs: number,
  rate: (max: number) => number,
  every: (timeouts: number) => number,
): ClockPlan {
  return {
    drift: random.pick([0, 0.05, 0.5]),
    jumpEveryMs: every(20),
    jumpMsMax: timeoutMs * 5,
    alarmLate: rate(0.3),
    alarmLateMsMax: timeoutMs * random.pick([0.1, 1, 5]),
    alarmEarly: rate(0.3),
    alarmDoubled: rate(0.3),
    alarmMissing: rate(0.1),
    alarmLostAfterMs: timeoutMs * random.pick([0.5, 3]),
  };
}

function drawNemesis(
  random: Random,
  timeoutMs: number,
  every: (timeouts: number) => number,
): Omit<NemesisPlan, keyof typeof sleepUndisturbed | "strangerEveryMs"> {
  const targeted = (max: number): number => (random.chance(on) ? random.float() * max : 0);
  return {
    crashEveryMs: every(6),
    crashAllEveryMs: every(30),
    downMsMax: timeoutMs * random.pick([0.1, 2, 6]),
    evictEveryMs: every(15),
    partitionEveryMs: every(8),
    isolateLeaderEveryMs: every(6),
    oneWayEveryMs: every(8),
    bridgeEveryMs: every(12),
    ringEveryMs: every(12),
    supersedeEveryMs: every(6),
    overlapMsMax: timeoutMs * random.pick([1, 4]),
    healAfterMsMax: timeoutMs * random.pick([2, 4, 8]),
    crashVoter: targeted(0.3),
    cutNewLeader: targeted(0.3),
    cutAppender: targeted(0.03),
    replayAtElection: targeted(1),
    crashAcknowledger: targeted(0.02),
    holdAcknowledgements: targeted(0.05),
    holdVotes: targeted(0.3),
    cutConfigurer: targeted(0.5),
  };
}

function drawClients(random: Random, timeoutMs: number): Omit<ClientsPlan, keyof typeof drawnLater> {
  return {
    appenders: random.between(1, 3),
    producers: random.between(1, 3),
    readers: random.between(1, 3),
    churners: random.below(5),
    loss: random.pick([0, 0, 0.02, 0.1]),
    thinkMsMax: timeoutMs * random.pick([0.05, 0.3, 1]),
    timeoutMsMin: timeoutMs * 0.5,
    timeoutMsMax: timeoutMs * random.pick([2, 6]),
    batchMax: random.pick([1, 3, 6]),
    logs: random.between(1, 2),
    movers: random.chance(0.3) ? 1 : 0,
    changers: random.chance(0.4) ? random.between(1, 2) : 0,
  };
}
