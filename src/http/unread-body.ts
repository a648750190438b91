import type { MiddlewareHandler } from "hono";
import { BODY_TIMEOUT_MS } from "./body.ts";
import { within } from "./within.ts";

/** The most that is read of a body that the answer does not need, bytes. */
const bytesMax = 16_777_216;

/**
 * Lets a client finish its body before it gets the answer. A client that is cut off in the middle of its body never
 * reads the answer. So the rest that the route did not read is read and dropped here: up to 16 MiB, for 30 s.
 */
export const finishBody: MiddlewareHandler = async (c, next) => {
  await next();
  const { body } = c.req.raw;
  if (body === null || body.locked || Number(c.req.header("Content-Length") ?? 0) > bytesMax) return;
  const late = (): Error => new Error("the body did not arrive in time");
  // If the client is gone, it does not matter what the answer is.
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
