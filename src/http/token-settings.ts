import { type Env, isLocal } from "./env.ts";
import { isLoopback } from "./loopback.ts";
import { Problem } from "./problem.ts";

/** The accepted tokens, by the variables. */
export interface TokenSettings {
  readonly adminTokens: readonly string[];
  /** Secrets of signed tokens (HS256). */
  readonly secrets: readonly string[];
  /** The address of an identity provider's keys (a JWK Set, RFC 7517 §5); null: there is none. */
  readonly keysUrl: string | null;
  /** The required `iss` and `aud` of signed tokens; null: any. */
  readonly issuer: string | null;
  readonly audience: string | null;
  /** The claim that holds the permissions; null: they are claims of the token itself. */
  readonly claim: string | null;
}

/** The settings of the variables. Throws the problem `misconfigured`. */
export function tokenSettings(env: Env): TokenSettings {
  const issuer = env.JWT_ISSUER || null;
  const audience = env.JWT_AUDIENCE || null;
  const keysUrl = env.JWKS_URL ? checkedUrl(env.JWKS_URL, isLocal(env)) : null;
  if (keysUrl !== null && issuer === null && audience === null) {
    const why = "without them a token that the provider issued for another application would be accepted";
    throw new Problem("misconfigured", `JWKS_URL needs JWT_AUDIENCE or JWT_ISSUER: ${why}.`);
  }
  return {
    adminTokens: [env.ADMIN_TOKEN, env.ADMIN_TOKEN_PREVIOUS].filter(isSet),
    secrets: [env.JWT_SECRET, env.JWT_SECRET_PREVIOUS].filter(isSet),
    ...{ keysUrl, issuer, audience },
    claim: env.JWT_CLAIM || null,
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

/** An attacker that can change the keys in transit could make any token. */
function checkedUrl(text: string, isOnOwnMachine: boolean): string {
  const url = URL.parse(text);
  const isSafe =
    url?.protocol === "https:" || (isOnOwnMachine && url?.protocol === "http:" && isLoopback(text));
  if (url !== null && isSafe && url.username === "" && url.password === "") return url.href;
  const but = isOnOwnMachine ? ", or http: of this machine" : "";
  throw new Problem("misconfigured", `JWKS_URL must be a URL of https:${but}, without a user or password.`);
}
