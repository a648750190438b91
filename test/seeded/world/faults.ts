import { currentLeader } from "../../../scripts/leadership.ts";
import { statusOf } from "../../cluster/requests.ts";
import type { FaultPlan } from "./plan.ts";
import { PATIENCE_MS, type Scene } from "./scene.ts";
import { until } from "./until.ts";

const nodes = [1, 2, 3];
/** How long a request for a fault may take, ms. */
const requestMs = 10_000;
/** How often the deliverer is aborted in a row, each time in the middle of something else. */
const deliverersLost = 5;
/** How long the cluster may take to fall asleep, ms. */
const asleepMs = 3_000;

/** Lets each fault strike once its number of batches is answered. */
export async function runFaults(scene: Scene): Promise<void> {
  for (const fault of scene.plan.faults) {
    if (!(await until(() => scene.settled >= fault.at || scene.over.aborted, PATIENCE_MS))) return;
    if (scene.over.aborted) return;
    scene.say(() => `*** ${fault.kind} (${fault.node}) after ${scene.settled} batches`);
    scene.marks.count(fault.kind);
    await strike(scene, fault);
  }
}

async function strike(scene: Scene, { kind, node }: FaultPlan): Promise<void> {
  const others = nodes.filter((one) => one !== node);
  switch (kind) {
    case "crash leader":
      return crash(scene, [(await currentLeader(scene.cluster.url)).leader]);
    case "crash follower":
      return crash(scene, [await followerOf(scene, node)]);
    case "crash two":
      return crash(scene, others);
    case "crash all":
      return crash(scene, nodes);
    case "crash deliverer":
      for (let life = 0; life < deliverersLost; life += 1)
        await ask(scene, "POST", "/seeded/deliverer/abort");
      return;
    case "move leadership":
      return ask(scene, "POST", "/v1/clusters/main/leader", { node });
    case "cut all lines":
      return scene.cutLines();
    case "sleep":
      return whileAsleep(scene, async () => undefined);
    case "crash asleep":
      return whileAsleep(scene, () => crash(scene, nodes));
    case "kill process":
      await scene.cluster.kill();
      return scene.cluster.start();
  }
}

/** Lets the cluster fall asleep, but does not insist if something keeps it awake. */
async function whileAsleep(scene: Scene, act: () => Promise<void>): Promise<void> {
  scene.isLull = true;
  const isAsleep = async () => (await statusOf(scene.cluster.url)).quiesced;
  if (await until(isAsleep, asleepMs)) scene.marks.count("cluster asleep");
  await act();
  scene.isLull = false;
}

async function followerOf(scene: Scene, node: number): Promise<number> {
  const { leader } = await currentLeader(scene.cluster.url);
  return node === leader ? (node % nodes.length) + 1 : node;
}

async function crash(scene: Scene, those: readonly number[]): Promise<void> {
  await Promise.all(those.map((node) => ask(scene, "POST", `/v1/local/nodes/${node}/abort`)));
}

/** The request may fail, because another fault may have been faster. */
async function ask(scene: Scene, method: string, path: string, value?: unknown): Promise<void> {
  const signal = AbortSignal.timeout(requestMs);
  const init = { method, signal, headers: { "Content-Type": "application/json" } };
  const body = value === undefined ? {} : { body: JSON.stringify(value) };
  try {
    const response = await fetch(new URL(path, scene.cluster.url), { ...init, ...body });
    const text = await response.text();
    scene.say(() => `${path}: ${response.status} ${text.slice(0, 200)}`);
  } catch (error) {
    scene.say(() => `${path}: ${String(error)}`);
  }
}
