import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { connectInspector } from "./inspector.ts";
import { applyLoad } from "./load.ts";
import { startTimberline, withDirectory, withRuntime } from "./targets.ts";
import type { Workload } from "./workloads.ts";

const SAMPLING_INTERVAL_US = 200;
const WARM_UP_SECONDS = 2;

/** A profile in the form of the inspector: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-Profile */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Time since the previous sample, µs. */
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly lineNumber: number;
}

export interface SelfTime {
  readonly function: string;
  readonly share: number;
}

/** Profiles the nodes under load, writes the profile to `file`, and returns the functions that took the most time. */
export async function profile(
  workload: Workload,
  seconds: number,
  file: string,
): Promise<readonly SelfTime[]> {
  return withDirectory(tmpdir(), (directory) =>
    withRuntime(startTimberline(directory, { inspect: true }), async (cluster) => {
      const { connections, requests } = workload;
      const load = { url: cluster.url, connections, requests: requests.timberline };
      await applyLoad({ ...load, seconds: WARM_UP_SECONDS });
      const inspector = await connectInspector(await inspectorTarget(await cluster.inspectorUrl()));
      await inspector.call("Profiler.enable");
      await inspector.call("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL_US });
      await inspector.call("Profiler.start");
      await applyLoad({ ...load, seconds });
      const { profile } = await inspector.call<{ profile: CpuProfile }>("Profiler.stop");
      inspector.close();
      await writeFile(file, JSON.stringify(profile));
      return selfTimes(profile);
    }),
  );
}

/** The inspector lists its targets as a browser does, one for each Worker. */
async function inspectorTarget(url: URL): Promise<URL> {
  const targets = (await (await fetch(`http://${url.host}/json`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const [target] = targets;
  if (target === undefined) throw new Error("The inspector has nothing to inspect");
  return new URL(target.webSocketDebuggerUrl);
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): readonly SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, frameName(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, i) => {
    const name = names.get(id) ?? "?";
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0));
  });
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .map(([name, time]) => ({ function: name, share: time / total }));
}

const frameName = ({ functionName, lineNumber }: CallFrame): string =>
  lineNumber < 0 ? functionName || "(anonymous)" : `${functionName || "(anonymous)"}:${lineNumber + 1}`;
