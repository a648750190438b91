import { inTime } from "./in-time.ts";
import { TransportError, toTransportError } from "./transport-error.ts";

/** The paths of the object that delivers for a cluster's subscriptions. No route from outside leads to them. */
export const delivererPaths = { news: "/news", operation: "/operation" } as const;

/** How long it may take to record news, ms. */
const newsTimeoutMs = 5_000;

/**
 * Reports that logs have changed; null: any may have. Once this resolves, they will be looked at. Throws
 * `TransportError`.
 */
export async function tellDeliverer(
  deliverers: DurableObjectNamespace,
  cluster: string,
  names: readonly string[] | null,
): Promise<void> {
  const { ok } = await askDeliverer(deliverers, cluster, delivererPaths.news, names, newsTimeoutMs);
  if (!ok) throw new TransportError(`the deliverer of ${cluster} took no news`);
}

/** Sends a body as JSON, and returns the answer, whatever its status. Throws `TransportError`. */
export async function askDeliverer(
  deliverers: DurableObjectNamespace,
  cluster: string,
  path: string,
  body: unknown,
  timeoutMs: number,
): Promise<Response> {
  const stub = deliverers.get(deliverers.idFromName(cluster));
  try {
    return await inTime(timeoutMs, async (signal) => {
      const init = { method: "POST", body: JSON.stringify(body), signal };
      const response = await stub.fetch(`https://deliverer${path}`, init);
      // Reads the whole answer, so that the time limit covers it.
      return new Response(response.status === 204 ? null : await response.text(), response);
    });
  } catch (error) {
    throw toTransportError(error, `the deliverer of ${cluster}`);
  }
}
