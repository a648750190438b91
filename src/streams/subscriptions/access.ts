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
 * Lets a request go on if its token allows `action` on all of these streams; of a pattern, on all that begin as it
 * does. Throws the problems `unauthorized`, `forbidden` and `auth-not-configured`.
 */
export async function authorizeTargets(
  c: Context<AppEnv>,
  action: Action,
  targets: readonly string[],
): Promise<void> {
  assertAllAllowed(c, await authenticate(c.env, credentialInHeader(c)), action, targets);
}

/**
 * The same of the streams of a subscription that is there. A token for all streams is believed without a look at
 * them; one that is not is refused where there is no subscription as where there is one of others.
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

/** The bearer token of a worker, which none of ours is. Throws `TOKEN_INVALID`. */
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
