import type { MiddlewareHandler } from "hono";
import { BODY_TIMEOUT_MS } from "./body.ts";
import { within } from "./within.ts";

/** Of a body that the answer does not need, no more is read, bytes. */
const bytesMax = 16_777_216;

/**
 * Lets a client finish its body before it is answered. A client that is cut off in the middle of its body never reads
 * the answer, so whatever the route left unread is read here, and dropped: up to 16 MiB of it, for 30 s.
 */
export const finishBody: MiddlewareHandler = async (c, next) => {
  await next();
  const { body } = c.req.raw;
  if (body === null || body.locked || Number(c.req.header("Content-Length") ?? 0) > bytesMax) return;
  const late = (): Error => new Error("the body did not arrive in time");
  // If the client is gone, the answer reaches nobody, whatever it is.
  await within(BODY_TIMEOUT_MS, drain(body), late).catch(() => undefined);
};

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  for (let bytes = 0; bytes <= bytesMax; ) {
    const { done, value } = await reader.read();
    if (done) return;
    bytes += value.length;
  }
  await reader.cancel();
}
