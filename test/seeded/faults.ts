import { setTimeout } from "node:timers/promises";
import { currentLeader } from "../../scripts/leadership.ts";
import type { Random } from "../simulation/world/random.ts";
import type { Ground } from "./ground.ts";

const nodes = [1, 2, 3];

/** Between two faults, ms. */
const everyMsMin = 100;
const everyMsMax = 700;

/** One fault: what it did, in words. */
type Fault = (ground: Ground, random: Random) => Promise<string>;

const abort = async ({ url }: Ground, id: number): Promise<string> => {
  const { status } = await fetch(new URL(`/v1/local/nodes/${id}/abort`, url()), { method: "POST" });
  return `node ${id} aborts: ${status}`;
};

const abortLeader: Fault = async (ground) => abort(ground, (await currentLeader(ground.url())).leader);

const abortOne: Fault = (ground, random) => abort(ground, random.pick(nodes));

const abortTwo: Fault = async (ground, random) => {
  const spared = random.pick(nodes);
  const aborts = nodes.filter((id) => id !== spared).map((id) => abort(ground, id));
  return (await Promise.all(aborts)).join(", ");
};

const moveLeader: Fault = async ({ url }, random) => {
  const node = random.pick(nodes);
  const init = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ node }),
  };
  const { status } = await fetch(new URL("/v1/clusters/main/leader", url()), init);
  return `leadership goes to node ${node}: ${status}`;
};

/** Strikes at random moments until `over`. `restart` kills the whole cluster and starts it again. */
export async function strike(
  ground: Ground,
  random: Random,
  over: AbortSignal,
  restart: () => Promise<void>,
): Promise<void> {
  const killed: Fault = async () => {
    await restart();
    return "the process is killed and started again";
  };
  const faults = [abortLeader, abortLeader, abortOne, abortTwo, moveLeader];
  const kills = random.chance(0.25);
  for (let struck = 0; ; struck += 1) {
    await setTimeout(random.between(everyMsMin, everyMsMax), undefined, { signal: over }).catch(
      () => undefined,
    );
    if (over.aborted) return;
    const fault = kills && struck === 2 ? killed : random.pick(faults);
    ground.trace.push(await fault(ground, random).catch((error: unknown) => `no fault: ${error}`));
  }
}
