import type { Context } from "hono";
import type { AppEnv, Env } from "../http/env.ts";
import type { Nodes } from "./nodes.ts";
import { type Place, placeOf } from "./regions.ts";

/** What the Worker needs from the world around it. */
export interface World {
  nodes(env: Env): Nodes;
  /** Ms since the epoch, on the clock of this isolate. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  sleep(ms: number): Promise<void>;
}

/** One request of a client, on its way through the router. */
export interface Call {
  readonly env: Env;
  readonly nodes: Nodes;
  /** Its deadline, on `World.now`. */
  readonly deadline: number;
  /** The place of the client; null if not known. */
  readonly place: Place | null;
}

/** Begins a call with a deadline in `timeoutMs`. */
export function callOf(c: Context<AppEnv>, world: World, timeoutMs: number): Call {
  return {
    env: c.env,
    nodes: world.nodes(c.env),
    deadline: world.now() + timeoutMs,
    place: placeOf(c.req.raw),
  };
}
