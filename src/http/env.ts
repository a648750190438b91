/** What the platform binds to the Worker; see wrangler.toml. */
export interface Env {
  readonly NODES: DurableObjectNamespace;
  /** The objects that deliver for subscriptions, one a cluster. */
  readonly DELIVERERS: DurableObjectNamespace;
  /** Regions (location hints) of the cluster `main`, by commas: node k lives in the k-th. */
  readonly REGIONS: string;
  readonly ELECTION_TIMEOUT_MS: string;
  readonly HEARTBEAT_MS: string;
  readonly SLEEP_AFTER_MS: string;
  /** A secret: the bearer token that may do everything. */
  readonly ADMIN_TOKEN?: string;
  /** A secret: verifies signed tokens (HS256). */
  readonly JWT_SECRET?: string;
  /** Web origins whose pages may use the API, by commas, or `*`. */
  readonly CORS_ORIGINS?: string;
  /** "on" only where the local start script sets it: without a secret, everybody may do everything. */
  readonly LOCAL?: string;
}

/** Whether this is a cluster on someone's own machine. */
export function isLocal(env: Env): boolean {
  return env.LOCAL === "on";
}

/** Whether anyone may do everything: locally, without a secret. */
export function isOpen(env: Env): boolean {
  return isLocal(env) && !env.ADMIN_TOKEN && !env.JWT_SECRET;
}

/** The Hono environment of the Worker's routes. */
export interface AppEnv {
  Bindings: Env;
}
