import type { Context } from "hono";
import type { Directory } from "./directory.ts";
import type { Env } from "./env.ts";
import type { Nodes } from "./nodes.ts";
import { type Place, placeOf } from "./regions.ts";
import type { Roster } from "./roster.ts";
import type { Router } from "./router.ts";

/** What the API needs of the world around it. */
export interface World {
  nodes(env: Env): Nodes;
  /** Milliseconds; only differences matter. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  sleep(ms: number): Promise<void>;
}

/** What all resources share, in the memory of one isolate. */
export interface Api {
  readonly world: World;
  readonly router: Router;
  readonly roster: Roster;
  readonly directory: Directory;
}

/** One request of a person, on its way through the router. */
export interface Call {
  readonly env: Env;
  readonly nodes: Nodes;
  /** By when it is answered, on `World.now`. */
  readonly deadline: number;
  /** Where it came from; null where that is not known. */
  readonly place: Place | null;
}

/** The Hono environment of the API. */
export interface AppEnv {
  Bindings: Env;
}

/** Begins a call that is answered within `timeoutMs`. */
export function callOf(c: Context<AppEnv>, world: World, timeoutMs: number): Call {
  return {
    env: c.env,
    nodes: world.nodes(c.env),
    deadline: world.now() + timeoutMs,
    place: placeOf(c.req.raw),
  };
}
