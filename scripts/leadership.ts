import { setTimeout } from "node:timers/promises";
import { requestJson } from "./files/http.ts";

const POLL_MS = 20;
const PATIENCE_MS = 30_000;

export interface Leadership {
  readonly leader: number;
  readonly term: number;
}

/** Waits for a leader, and returns it. Throws if that takes too long. */
export async function currentLeader(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Leadership> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const { leader, term } = await requestJson<{ leader: number | null; term: number }>(
      new URL("/v1/clusters/main", url),
      { headers },
    );
    if (leader !== null) return { leader, term };
    await setTimeout(POLL_MS);
  }
  throw new Error(`The cluster had no leader for ${PATIENCE_MS} ms`);
}

/**
 * Crashes the leader of a local cluster: it loses its memory, and its requests are cut off. Returns which node it
 * was.
 */
export async function crashLeader(url: string): Promise<Leadership> {
  const leadership = await currentLeader(url);
  await requestJson(new URL(`/v1/local/nodes/${leadership.leader}/abort`, url), { method: "POST" });
  return leadership;
}
