import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import { Problem } from "./problem.ts";
import { providerKeys } from "./provider-keys.ts";
import type { TokenSettings } from "./token-settings.ts";
import { unauthorized } from "./unauthorized.ts";

/** How far the issuer's clock may be off, s. */
export const CLOCK_TOLERANCE_S = 5;

/** The algorithms for each kind of key: a public key is never used as a secret, and `none` is never accepted. */
const algorithms = { secret: ["HS256"], provider: ["RS256", "ES256", "EdDSA"] };

/** The claims of a signed token (JWT, RFC 7519). Throws the problems `unauthorized` and `keys-unavailable`. */
export async function verified(token: string, settings: TokenSettings): Promise<JWTPayload> {
  try {
    return await verify(token, settings);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw unauthorized(reasonOf(error), error);
  }
}

async function verify(token: string, settings: TokenSettings): Promise<JWTPayload> {
  const { keysUrl, secrets, issuer, audience } = settings;
  const expected = {
    clockTolerance: CLOCK_TOLERANCE_S,
    ...(issuer === null ? {} : { issuer }),
    ...(audience === null ? {} : { audience }),
  };
  const { alg = "" } = decodeProtectedHeader(token);
  if (algorithms.secret.includes(alg)) return bySecret(token, secrets, expected);
  if (keysUrl === null || !algorithms.provider.includes(alg)) throw new errors.JOSEAlgNotAllowed();
  const options = { ...expected, algorithms: algorithms.provider };
  return (await jwtVerify(token, providerKeys(keysUrl).keyOf, options)).payload;
}

async function bySecret(
  token: string,
  secrets: readonly string[],
  expected: JWTVerifyOptions,
): Promise<JWTPayload> {
  const options = { ...expected, algorithms: algorithms.secret };
  for (const secret of secrets) {
    try {
      return (await jwtVerify(token, new TextEncoder().encode(secret), options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Why a token is refused. More exact if its signature is right. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "The token has expired.";
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === "nbf"
      ? "The token is not valid yet."
      : `The token is not for this server: its claim "${error.claim}" is not as it should be.`;
  if (error instanceof errors.JWKSNoMatchingKey)
    return "The token is signed by no key of the identity provider.";
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return "The token does not say (`kid`) which of the identity provider's keys it is signed by.";
  return "The token is not valid.";
}
