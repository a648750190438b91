import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { verify } from "hono/jwt";
import { timingSafeEqual } from "hono/utils/buffer";
import { type Credential, credentialInHeader } from "./credential.ts";
import { type AppEnv, type Env, isLocal } from "./env.ts";
import { Problem } from "./problem.ts";
import { ACCESS_TOKEN, QUERY_TOKEN_S } from "./query-token.ts";
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
 * What the bearer of the request may do, this among it. Throws the problems `unauthorized`, `forbidden`,
 * `auth-not-configured` and `invalid-request`. `log` may be a prefix of names.
 */
export async function authorize(
  c: Context<AppEnv>,
  action: Action,
  log: string,
  credential: Credential | null = credentialInHeader(c),
): Promise<Grant> {
  const grant = await authenticate(c.env, credential);
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

/** What a token entitles to. Throws `unauthorized`, `auth-not-configured` and, of one in the query, `forbidden`. */
export async function authenticate(env: Env, credential: Credential | null): Promise<Grant> {
  assertConfigured(env);
  if (!env.ADMIN_TOKEN && !env.JWT_SECRET) return everything;
  if (credential === null) throw unauthorized("The request carries no bearer token.");
  const grant = await grantOf(env, credential.token);
  if (credential.isInQuery) assertShortLived(grant);
  return grant;
}

/** Without a secret nobody is served, but on someone's own machine. Throws `auth-not-configured`. */
export function assertConfigured(env: Env): void {
  if (env.ADMIN_TOKEN || env.JWT_SECRET || isLocal(env)) return;
  const how = "Set one with `wrangler secret put ADMIN_TOKEN` or `wrangler secret put JWT_SECRET`.";
  throw new Problem("auth-not-configured", `No secret is configured, so every request is refused. ${how}`);
}

/** A URL may be kept where others find it later. */
function assertShortLived({ expiresAt }: Grant): void {
  if (expiresAt !== null && expiresAt <= Date.now() + QUERY_TOKEN_S * 1_000) return;
  const detail = `A token in the query (${ACCESS_TOKEN}) must expire within an hour, as a URL is easily kept.`;
  throw new Problem("forbidden", detail);
}

async function grantOf({ ADMIN_TOKEN: adminToken, JWT_SECRET: secret }: Env, token: string): Promise<Grant> {
  if (adminToken && (await timingSafeEqual(token, adminToken))) return everything;
  if (!secret) throw unauthorized("The token is not valid.");
  return signedGrant(token, secret);
}

async function signedGrant(token: string, secret: string): Promise<Grant> {
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
