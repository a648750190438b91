import { type AdmittingVars, asksForToken } from "./asks-for-token.ts";

/** What the platform binds to the Worker; see wrangler.toml. */
export interface Env extends AdmittingVars {
  readonly NODES: DurableObjectNamespace;
  /** The objects that deliver for subscriptions, one a cluster. */
  readonly DELIVERERS: DurableObjectNamespace;
  /** Regions (location hints) of the cluster `main`, by commas: node k lives in the k-th. */
  readonly REGIONS: string;
  readonly ELECTION_TIMEOUT_MS: string;
  readonly HEARTBEAT_MS: string;
  readonly SLEEP_AFTER_MS: string;
  /** What the claims `iss` and `aud` of signed tokens must be. */
  readonly JWT_ISSUER?: string;
  readonly JWT_AUDIENCE?: string;
  /** The claim that holds `actions`, `prefix` and `cluster`, if they are not claims themselves. */
  readonly JWT_CLAIM?: string;
  /** Web origins whose pages may use the API, by commas, or `*`. */
  readonly CORS_ORIGINS?: string;
  /** "on" only where the local start script sets it: without a secret, everybody may do everything. */
  readonly LOCAL?: string;
}

/** Whether this is a cluster on someone's own machine. */
export function isLocal(env: Env): boolean {
  return env.LOCAL === "on";
}

/** Whether anyone may do everything: locally, if there are no tokens. */
export function isOpen(env: Env): boolean {
  return isLocal(env) && !asksForToken(env);
}

/** The Hono environment of the Worker's routes. */
export interface AppEnv {
  Bindings: Env;
}
