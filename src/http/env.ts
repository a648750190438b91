import { type AdmittingVars, asksForToken } from "./asks-for-token.ts";

/** The bindings of the Worker; see wrangler.toml. */
export interface Env extends AdmittingVars {
  readonly NODES: DurableObjectNamespace;
  /** The objects that deliver for subscriptions, one a cluster. */
  readonly DELIVERERS: DurableObjectNamespace;
  /** Regions (location hints) of the cluster `main`, separated by commas: node k lives in the k-th. */
  readonly REGIONS: string;
  readonly ELECTION_TIMEOUT_MS: string;
  readonly HEARTBEAT_MS: string;
  readonly SLEEP_AFTER_MS: string;
  /** The required claims `iss` and `aud` of signed tokens. */
  readonly JWT_ISSUER?: string;
  readonly JWT_AUDIENCE?: string;
  /** The claim that holds `actions`, `prefix` and `cluster`, if they are not claims themselves. */
  readonly JWT_CLAIM?: string;
  /** Web origins whose pages may use the API, separated by commas, or `*`. */
  readonly CORS_ORIGINS?: string;
  /** "on" only if the local start script sets it: then, without a secret, every request is allowed. */
  readonly LOCAL?: string;
}

/** Whether this is a local cluster. */
export function isLocal(env: Env): boolean {
  return env.LOCAL === "on";
}

/** Whether every request is allowed: on a local cluster without tokens. */
export function isOpen(env: Env): boolean {
  return isLocal(env) && !asksForToken(env);
}

/** The Hono environment of the Worker's routes. */
export interface AppEnv {
  Bindings: Env;
}
