import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import { Problem } from "../../http/problem.ts";
import { offeredProtocols } from "../../http/web-socket.ts";
import { failureProblem } from "../../routing/attempts.ts";
import type { Visit } from "../../routing/visit.ts";
import { SESSION_PROTOCOL } from "../../sessions/protocol.ts";
import { encodeOpening, type SocketOpening } from "../../sessions/state.ts";
import { TransportError } from "../../transport/transport-error.ts";

/** The longest wait for one node if there are others, ms. */
const attemptMsMax = 2_000;

/** The sub-protocol to agree on; null if the client names none. Throws the problem `upgrade-required`. */
export function protocolOf(c: Context<AppEnv>): string | null {
  const offered = offeredProtocols(c);
  if (offered === null) return null;
  if (offered.includes(SESSION_PROTOCOL)) return SESSION_PROTOCOL;
  // An offered sub-protocol may be a token, so the problem repeats none.
  throw upgradeRequired(`The only sub-protocol here is ${SESSION_PROTOCOL}, and it is not offered.`);
}

/** The problem for a request that is not a WebSocket, or names another sub-protocol. */
export function upgradeRequired(detail: string): Problem {
  const headers = { Upgrade: "websocket", Connection: "Upgrade" };
  return new Problem("upgrade-required", detail, { headers });
}

/**
 * A WebSocket to the nearest node of the cluster that accepts it. Throws the problems `no-leader` and
 * `too-many-readers`.
 */
export async function openSocket(
  { api, call, cluster }: Visit,
  opening: Omit<SocketOpening, "cluster">,
): Promise<Response> {
  const text = encodeOpening({ ...opening, cluster: cluster.name });
  let isFull = false;
  for (const node of api.router.hosts(call, cluster)) {
    const leftMs = call.deadline - api.world.now();
    if (leftMs <= 0) break;
    const response = await call.nodes.socket(node, text, Math.min(leftMs, attemptMsMax)).catch(nullIfLost);
    if (response?.status === 101) return response;
    isFull ||= response?.status === 503;
  }
  throw failureProblem(isFull ? "too-many-readers" : "not-leader", cluster.name);
}

function nullIfLost(error: unknown): null {
  if (error instanceof TransportError) return null;
  throw error;
}
