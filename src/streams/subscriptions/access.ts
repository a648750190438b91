import type { Context } from "hono";
import { type Action, allows, assertAllowed, authenticate, forbidden, type Grant } from "../../http/auth.ts";
import { credentialInHeader } from "../../http/credential.ts";
import type { AppEnv } from "../../http/env.ts";
import { clusterNameIn } from "../../http/scope.ts";
import type { Api } from "../../routing/context.ts";
import { targetsOf } from "./configuration.ts";
import { documentsOf, SubscriptionRefused } from "./request.ts";
import { Store } from "./store.ts";

/**
 * Checks that the request's token allows `action` on all of these streams; for a pattern, on all streams with its
 * prefix. Throws the problems `unauthorized`, `forbidden` and `auth-not-configured`.
 */
export async function authorizeTargets(
  c: Context<AppEnv>,
  action: Action,
  targets: readonly string[],
): Promise<void> {
  assertAllAllowed(c, await authenticate(c.env, credentialInHeader(c)), action, targets);
}

/**
 * The same for the streams of an existing subscription. A token for all streams needs no look at them. Another token is
 * refused in the same way if there is no subscription or if it has other streams.
 */
export async function authorizeSubscription(
  c: Context<AppEnv>,
  api: Api,
  action: Action,
  id: string,
): Promise<void> {
  const grant = await authenticate(c.env, credentialInHeader(c));
  if (allows(grant, action, clusterNameIn(c), "")) return;
  const stored = await new Store(documentsOf(c, api)).get(id);
  if (stored === null) throw forbidden(action);
  const { configuration, links } = stored.subscription;
  const paths = links.filter(({ isExplicit }) => isExplicit).map(({ path }) => path);
  assertAllAllowed(c, grant, action, [...targetsOf(configuration), ...paths]);
}

/** The bearer token of a worker, which is not one of the API's tokens. Throws `TOKEN_INVALID`. */
export function workerToken(c: Context<AppEnv>): string {
  const credential = credentialInHeader(c);
  if (credential !== null) return credential.token;
  throw new SubscriptionRefused("TOKEN_INVALID", "The request carries no bearer token.");
}

function assertAllAllowed(
  c: Context<AppEnv>,
  grant: Grant,
  action: Action,
  targets: readonly string[],
): void {
  for (const target of targets) assertAllowed(grant, action, clusterNameIn(c), target);
}
