import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import type { Api } from "../routing/context.ts";
import { newest } from "../routing/query.ts";
import { type Visit, visit } from "../routing/visit.ts";

/** How long a request may take, ms, without its wait. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** How streams are read: with all that was acknowledged before. */
export const linearizable = { timeout_ms: REQUEST_TIMEOUT_MS, ...newest } as const;

/** A request at its cluster. Throws the problem `cluster-not-found`. */
export function visitStreams(c: Context<AppEnv>, api: Api): Promise<Visit> {
  return visit(c, api, REQUEST_TIMEOUT_MS);
}
