import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { timingSafeEqual } from "hono/utils/buffer";
import { asksForToken } from "./asks-for-token.ts";
import { type Credential, credentialInHeader } from "./credential.ts";
import { type AppEnv, type Env, isLocal, isOpen } from "./env.ts";
import { Problem } from "./problem.ts";
import { ACCESS_TOKEN, QUERY_TOKEN_S } from "./query-token.ts";
import { clusterNameIn, MAIN } from "./scope.ts";
import { CLOCK_TOLERANCE_S, verified } from "./signed-token.ts";
import { type TokenSettings, tokenSettings } from "./token-settings.ts";
import { unauthorized } from "./unauthorized.ts";

/**
 * `append` also closes and fences logs, and moves consumers. `admin` creates, trims and deletes logs, and manages
 * clusters. No action includes another.
 */
export type Action = "read" | "append" | "admin";

/** The permissions of a token: `actions`, on logs whose name begins with `prefix`, in one cluster. */
export interface Grant {
  readonly actions: readonly Action[];
  readonly prefix: string;
  /** Null: in all clusters. */
  readonly cluster: string | null;
  /** When it expires, ms since the epoch; null: never. */
  readonly expiresAt: number | null;
}

/** The permissions of an administrator. */
export const everything: Grant = {
  actions: ["read", "append", "admin"],
  prefix: "",
  cluster: null,
  expiresAt: null,
};

/** The permissions in a signed token. Without `cluster` they are for `main`. */
const claims = z.object({
  actions: z.array(z.enum(["read", "append", "admin"])),
  prefix: z.string(),
  cluster: z.string().default(MAIN),
});

/**
 * The permissions of the request's token, which must include this action. Throws the problems `unauthorized`,
 * `forbidden`, `auth-not-configured` and `invalid-request`. `log` may be a prefix of names.
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

/** Throws the problem `forbidden` if a grant does not cover it. */
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

/**
 * The permissions of a token. Throws `unauthorized`, `auth-not-configured`, `misconfigured`, `keys-unavailable` and,
 * for a token in the query, `forbidden`.
 */
export async function authenticate(env: Env, credential: Credential | null): Promise<Grant> {
  assertConfigured(env);
  if (isOpen(env)) return everything;
  const settings = tokenSettings(env);
  if (credential === null) throw unauthorized("The request carries no bearer token.");
  const grant = await grantOf(credential.token, settings);
  if (credential.isInQuery) assertShortLived(grant);
  return grant;
}

/** Without configured tokens only a local cluster serves requests. Throws `auth-not-configured`. */
export function assertConfigured(env: Env): void {
  if (asksForToken(env) || isLocal(env)) return;
  const how =
    "Set one with `wrangler secret put ADMIN_TOKEN` or `wrangler secret put JWT_SECRET`, or set JWKS_URL.";
  throw new Problem("auth-not-configured", `No secret is configured, so every request is refused. ${how}`);
}

async function grantOf(token: string, settings: TokenSettings): Promise<Grant> {
  for (const adminToken of settings.adminTokens)
    if (await timingSafeEqual(token, adminToken)) return everything;
  const { exp, ...payload } = await verified(token, settings);
  const { claim } = settings;
  const parsed = claims.safeParse(claim === null ? payload : payload[claim]);
  if (!parsed.success) {
    const where = claim === null ? "" : ` in "${claim}"`;
    throw unauthorized(
      `The token lacks the claims \`actions\` (of read, append, admin) and \`prefix\`${where}.`,
    );
  }
  return { ...parsed.data, expiresAt: exp === undefined ? null : (exp + CLOCK_TOLERANCE_S) * 1_000 };
}

/** A URL may be stored where others find it later. */
function assertShortLived({ expiresAt }: Grant): void {
  // Allows for the clock of the issuer: a token is accepted for a while after it expires.
  const lifeMs = (QUERY_TOKEN_S + 2 * CLOCK_TOLERANCE_S) * 1_000;
  if (expiresAt !== null && expiresAt <= Date.now() + lifeMs) return;
  const detail = `A token in the query (${ACCESS_TOKEN}) must expire within an hour, as a URL is easily kept.`;
  throw new Problem("forbidden", detail);
}
