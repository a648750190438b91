import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { verify } from "hono/jwt";
import { timingSafeEqual } from "hono/utils/buffer";
import { type AppEnv, type Env, isLocal } from "./env.ts";
import { Problem } from "./problem.ts";
import { clusterNameIn, MAIN } from "./scope.ts";

/**
 * `append` also closes and fences logs, and moves consumers; `admin` makes, trims and deletes logs, and has clusters.
 * None includes another.
 */
export type Action = "read" | "append" | "admin";

/** What the bearer of a token may do: `actions`, on logs whose name begins with `prefix`, in one cluster. */
export interface Grant {
  readonly actions: readonly Action[];
  readonly prefix: string;
  /** Null: in all clusters. */
  readonly cluster: string | null;
  /** Until when, ms since the epoch; null: for ever. */
  readonly expiresAt: number | null;
}

/** What an administrator may do. */
export const everything: Grant = {
  actions: ["read", "append", "admin"],
  prefix: "",
  cluster: null,
  expiresAt: null,
};

/** The claims of a signed token; without `cluster` it is for `main`. `exp` and `nbf` hold where given. */
const claims = z.object({
  actions: z.array(z.enum(["read", "append", "admin"])),
  prefix: z.string(),
  cluster: z.string().default(MAIN),
  exp: z.number().optional(),
});

/**
 * What the bearer of the request may do, this among it. Throws the problems `unauthorized`, `forbidden` and
 * `auth-not-configured`. `log` may be a prefix of names.
 */
export async function authorize(c: Context<AppEnv>, action: Action, log: string): Promise<Grant> {
  const grant = await authenticate(c.env, c.req.header("Authorization"));
  assertAllowed(grant, action, clusterNameIn(c), log);
  return grant;
}

/** Throws the problem `forbidden` where a grant does not cover it. */
export function assertAllowed(grant: Grant, action: Action, cluster: string, log: string): void {
  if (!allows(grant, action, cluster, log)) throw forbidden(action);
}

export function forbidden(action: Action): Problem {
  return new Problem("forbidden", `The token does not allow "${action}" here.`);
}

/** Whether a grant covers it. */
export function allows(grant: Grant, action: Action, cluster: string, log: string): boolean {
  const isCluster = grant.cluster === null || grant.cluster === cluster;
  return isCluster && grant.actions.includes(action) && log.startsWith(grant.prefix);
}

/** What the header `Authorization` (RFC 6750 §2.1) entitles to. Throws `unauthorized` and `auth-not-configured`. */
export async function authenticate(env: Env, header: string | undefined): Promise<Grant> {
  const { ADMIN_TOKEN: adminToken, JWT_SECRET: secret } = env;
  assertConfigured(env);
  if (!adminToken && !secret) return everything;
  const token = bearerToken(header);
  if (token === null) throw unauthorized("The request carries no bearer token.");
  if (adminToken && (await timingSafeEqual(token, adminToken))) return everything;
  if (!secret) throw unauthorized("The token is not valid.");
  return grantOf(token, secret);
}

/** The token in a header `Authorization`; null where there is none. */
export function bearerToken(header: string | undefined): string | null {
  return /^Bearer +([^\s,]+)$/i.exec(header ?? "")?.[1] ?? null;
}

/** Without a secret nobody is served, but on someone's own machine. Throws `auth-not-configured`. */
export function assertConfigured(env: Env): void {
  if (env.ADMIN_TOKEN || env.JWT_SECRET || isLocal(env)) return;
  const how = "Set one with `wrangler secret put ADMIN_TOKEN` or `wrangler secret put JWT_SECRET`.";
  throw new Problem("auth-not-configured", `No secret is configured, so every request is refused. ${how}`);
}

async function grantOf(token: string, secret: string): Promise<Grant> {
  const payload = await verify(token, secret, "HS256").catch((cause: unknown) => {
    throw unauthorized("The token is not valid, or has expired.", cause);
  });
  const parsed = claims.safeParse(payload);
  if (!parsed.success) {
    throw unauthorized("The token lacks the claims `actions` (of read, append, admin) and `prefix`.");
  }
  const { exp, ...grant } = parsed.data;
  return { ...grant, expiresAt: exp === undefined ? null : exp * 1_000 };
}

function unauthorized(detail: string, cause?: unknown): Problem {
  return new Problem("unauthorized", detail, { headers: { "WWW-Authenticate": "Bearer" }, cause });
}
