import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** Runs `body` in an object of its own, with untouched storage. */
export function inObject<T>(body: (state: DurableObjectState) => T | Promise<T>): Promise<T> {
  const stub = env.BARE.get(env.BARE.newUniqueId());
  return runInDurableObject(stub, (_object, state) => body(state));
}
