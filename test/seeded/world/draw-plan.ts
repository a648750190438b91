import { Random } from "../../simulation/world/random.ts";
import type {
  FaultKind,
  FaultPlan,
  FollowerForm,
  FollowerPlan,
  LogKind,
  LogPlan,
  Plan,
  SubscriptionPlan,
  WriterForm,
  WriterPlan,
} from "./plan.ts";

const nodes = 3;
const kinds: readonly LogKind[] = ["text", "json", "plain"];
const writerForms: readonly WriterForm[] = ["session", "session", "http", "stream"];
const followerForms: readonly FollowerForm[] = [
  "socket",
  "session",
  "events",
  "poll",
  "stream-events",
  "stream-poll",
];
const faultKinds: readonly FaultKind[] = [
  "crash leader",
  "crash leader",
  "crash follower",
  "crash two",
  "crash all",
  "crash deliverer",
  "move leadership",
  "cut all lines",
  "sleep",
  "crash asleep",
];

/** How often a seed kills the whole process. */
const kills = 0.15;

/** Draws all that a seed decides. `batches`: of all writers together. */
export function drawPlan(seed: number, batches: number): Plan {
  const random = new Random(seed);
  const logs = draws(random.between(1, 3), (at) => drawLog(random, `seed${seed}/log${at}`));
  return {
    seed,
    logs,
    writers: drawWriters(random, logs, batches),
    followers: drawFollowers(random, logs, batches),
    subscriptions: draws(random.below(3), (at) => drawSubscription(random, `seed${seed}-sub${at}`)),
    faults: drawFaults(random, batches),
    isRough: random.chance(0.8),
  };
}

/** The streams that a plan's subscriptions cover, without wake streams. */
export const patternOf = ({ seed }: Plan): string => `seed${seed}/*`;

function draws<T>(count: number, draw: (at: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, at) => draw(at));
}

function drawLog(random: Random, name: string): LogPlan {
  return { name, kind: random.pick(kinds), closes: random.chance(0.5) };
}

/** Each log has a writer. */
function drawWriters(random: Random, logs: readonly LogPlan[], batches: number): readonly WriterPlan[] {
  const count = random.between(logs.length, 5);
  return draws(count, (at) => {
    const form = random.pick(writerForms);
    return {
      name: `writer${at}`,
      form,
      log: logs[at] ?? random.pick(logs),
      batches: Math.ceil(batches / count),
      recordsMax: random.pick([1, 3, 20]),
      charactersMax: random.pick([0, 100, 100, 2_000, 2_000, 10_000]),
      window: random.between(1, 30),
      isProducer: random.chance(0.7),
      newEpoch: random.pick([0, 0, 0.5]),
      leavesAfterMax: random.pick([null, 20]),
      doomed: random.pick([0, 0.05]),
      thinkMsMax: random.pick([0, 5, 30]),
    };
  });
}

function drawFollowers(random: Random, logs: readonly LogPlan[], batches: number): readonly FollowerPlan[] {
  return draws(random.between(4, 8), (at) => {
    const form = random.pick(followerForms);
    const isSocket = form === "socket" || form === "session";
    return {
      name: `follower${at} (${form})`,
      form,
      log: random.pick(logs),
      joinsAt: random.chance(0.5) ? 0 : random.below(batches),
      near: random.pick([null, 1, 2, 3]),
      isLocal: random.chance(0.5),
      from: isSocket && random.chance(0.2) ? "tail" : "earliest",
      credit: random.pick([1, 300, 5_000, 65_536]),
      leavesAfterMax: random.pick([null, 10, 100]),
    };
  });
}

function drawSubscription(random: Random, id: string): SubscriptionPlan {
  return {
    id,
    type: random.pick(["webhook", "pull-wake"]),
    isExplicit: random.chance(0.5),
    leaseMs: random.between(1_000, 2_000),
    workers: random.between(1, 2),
    diligence: random.pick([0.5, 0.8]),
  };
}

function drawFaults(random: Random, batches: number): readonly FaultPlan[] {
  const chosen = faultKinds.filter(() => random.chance(0.6));
  const some = chosen.length === 0 ? faultKinds : chosen;
  const faults = draws(random.between(2, 6), () => drawFault(random, random.pick(some), batches));
  const killed = random.chance(kills) ? [drawFault(random, "kill process", batches)] : [];
  return [...faults, ...killed].toSorted((a, b) => a.at - b.at);
}

function drawFault(random: Random, kind: FaultKind, batches: number): FaultPlan {
  return { kind, at: random.below(Math.ceil(batches * 0.9)), node: random.between(1, nodes) };
}
