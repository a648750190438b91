import { describeError } from "../../scripts/options.ts";
import type { FinalLogs } from "./history.ts";
import { judgeAppends } from "./oracle/judge-appends.ts";
import { judgeFollows } from "./oracle/judge-follows.ts";
import { judgeSubscriptions } from "./oracle/judge-subscriptions.ts";
import { play } from "./play.ts";
import { drawPlan } from "./world/draw-plan.ts";
import { Scene } from "./world/scene.ts";
import type { SeededCluster } from "./world/seeded-cluster.ts";

/** The result of one seed. */
export interface Run {
  readonly seed: number;
  readonly batches: number;
  /** The findings; empty: nothing was wrong. */
  readonly findings: readonly string[];
  /** What happened, as readable lines. */
  readonly lines: readonly string[];
  readonly marks: ReadonlyMap<string, number>;
}

/** Runs a seed on a cluster, and judges it. It is a finding too if the seed does not come to its end. */
export async function runSeed(seed: number, batches: number, cluster: SeededCluster): Promise<Run> {
  const scene = new Scene(drawPlan(seed, batches), cluster);
  const findings = await findingsIn(scene);
  for (const finding of findings) scene.say(() => `FINDING ${finding}`);
  return { seed, batches, findings, lines: scene.trace.lines ?? [], marks: scene.marks.counts };
}

async function findingsIn(scene: Scene): Promise<readonly string[]> {
  try {
    return judge(scene, await play(scene));
  } catch (error) {
    await scene.end([]);
    return [`the run broke: ${describeError(error)}`];
  }
}

function judge({ plan, appends, follows, subscriptions }: Scene, logs: FinalLogs): readonly string[] {
  const closed = new Set(plan.logs.filter(({ closes }) => closes).map(({ name }) => name));
  return [
    ...judgeAppends(appends, logs),
    ...judgeFollows(follows, logs, closed),
    ...judgeSubscriptions(subscriptions, logs),
  ];
}
