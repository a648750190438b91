import type { Context } from "hono";
import { decodeBase64Url } from "hono/utils/encode";
import type { AppEnv } from "./env.ts";
import { ACCESS_TOKEN, queryTokens } from "./query-token.ts";
import { invalidRequest } from "./validation.ts";
import { isUpgrade, offeredProtocols } from "./web-socket.ts";

/** A token, and whether it was in the URL, which is easily stored somewhere. */
export interface Credential {
  readonly token: string;
  readonly isInQuery: boolean;
}

/** A sub-protocol that carries a token: this, and the token in base64url (RFC 4648 §5) without padding. */
const tokenProtocol = "timberline.bearer.";

/** The token in the header `Authorization`; null if there is none. Throws `invalid-request` if one is in the query. */
export function credentialInHeader(c: Context<AppEnv>): Credential | null {
  return onlyOne(c, headerTokens(c), []);
}

/**
 * The token of a request that a browser's `EventSource` or `WebSocket` may have made, which can't send the header. For
 * a `WebSocket`, or if `isEvents`, the token may also be in the query; for a `WebSocket` also in a sub-protocol. Null
 * if there is none. Throws `invalid-request` if there are several tokens (RFC 6750 §2), or one in a wrong place.
 */
export function credentialOfFollower(c: Context<AppEnv>, isEvents: boolean): Credential | null {
  const isSocket = isUpgrade(c);
  const hidden = isSocket ? [...headerTokens(c), ...protocolTokens(c)] : headerTokens(c);
  const isFollower = c.req.method === "GET" && (isSocket || isEvents);
  return onlyOne(c, hidden, isFollower ? queryTokens(c) : []);
}

/** The token in a header `Authorization` (RFC 6750 §2.1); null if there is none. */
function bearerToken(header: string | undefined): string | null {
  return /^Bearer +([^\s,]+)$/i.exec(header ?? "")?.[1] ?? null;
}

function onlyOne(c: Context, hidden: readonly string[], shown: readonly string[]): Credential | null {
  if (shown.length < queryTokens(c).length)
    throw invalidRequest("query", [{ path: [ACCESS_TOKEN], message: "is for event streams and WebSockets" }]);
  const found = [
    ...hidden.map((token) => ({ token, isInQuery: false })),
    ...shown.map((token) => ({ token, isInQuery: true })),
  ];
  if (found.length <= 1) return found[0] ?? null;
  const issue = {
    path: [],
    message: "there is more than one token, in `Authorization`, a sub-protocol or the query",
  };
  throw invalidRequest(shown.length > 0 ? "query" : "header", [issue]);
}

function headerTokens(c: Context): readonly string[] {
  const token = bearerToken(c.req.header("Authorization"));
  return token === null ? [] : [token];
}

function protocolTokens(c: Context): readonly string[] {
  const carriers = (offeredProtocols(c) ?? []).filter((name) => name.startsWith(tokenProtocol));
  return carriers.map((name) => decoded(name.slice(tokenProtocol.length)));
}

function decoded(text: string): string {
  try {
    if (/^[\w-]+$/.test(text))
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(decodeBase64Url(text));
  } catch {
    // Reported below: it is not UTF-8, or not base64url.
  }
  const message = `${tokenProtocol} must be followed by a token in base64url without padding`;
  throw invalidRequest("header", [{ path: ["Sec-WebSocket-Protocol"], message }]);
}
