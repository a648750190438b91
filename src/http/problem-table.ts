import { clusterProblems } from "./cluster-problems.ts";
import { logProblems } from "./log-problems.ts";
import type { ProblemKind } from "./problem-kind.ts";
import { sessionProblems } from "./session-problems.ts";

/** Every problem that the API answers with, by the last segment of its `type`. The names are stable. */
export const problemTable = {
  ...logProblems,
  ...clusterProblems,
  ...sessionProblems,
  "invalid-request": {
    status: 400,
    title: "The request is not valid",
    description:
      "A path segment, query parameter or header is malformed, unknown, or contradicts another one. `errors` says where. Nothing happened.",
  },
  "invalid-body": {
    status: 400,
    title: "The body is not valid",
    description:
      "The body is empty, cut off, not UTF-8, not JSON, or not of the documented shape. If known, `errors` says what is wrong and where, and `record` is the position of the faulty record in the batch. Nothing was written.",
  },
  unauthorized: {
    status: 401,
    title: "A valid bearer token is needed",
    description:
      "Send `Authorization: Bearer TOKEN`, with an admin token, or a signed token (JWT) of a secret (HS256) or of the identity provider (RS256, ES256, EdDSA) with the claims `actions` and `prefix`, not expired: see docs/authorization.md. `detail` says what is wrong with it. An `EventSource` or a `WebSocket` of a browser sends it in the query or in a sub-protocol: see docs/browsers.md. Nothing happened.",
  },
  forbidden: {
    status: 403,
    title: "The token does not allow this",
    description:
      "The token's `actions`, `prefix` or `cluster` do not cover the request; or it is in the query, and does not expire within an hour. `detail` says which. Nothing happened.",
  },
  "origin-refused": {
    status: 403,
    title: "Pages of this origin may not use the cluster",
    description:
      "A local cluster without a secret serves pages of its own machine, under a name like `localhost`, and those of `CORS_ORIGINS`. `detail` says which origin is missing there. Nothing happened.",
  },
  "route-not-found": {
    status: 404,
    title: "There is no such route",
    description: "See /openapi.json for the routes. A slash in a log's name is written %2F.",
  },
  "method-not-allowed": {
    status: 405,
    title: "The route does not take this method",
    description: "The header `Allow` lists those that it takes.",
  },
  "not-acceptable": {
    status: 406,
    title: "None of the accepted media types can be given",
    description: "`available` lists the media types that the route gives.",
  },
  "body-timeout": {
    status: 408,
    title: "The body did not arrive in time",
    description: "The whole body must arrive within 30 seconds. Nothing was written.",
  },
  "record-too-large": {
    status: 413,
    title: "A record is too large",
    description:
      "A record's data and the names and values of its headers have at most `bytes_max` bytes together. Nothing was written.",
  },
  "too-many-records": {
    status: 413,
    title: "The batch has too many records",
    description: "A batch has at most `records_max` records. Split it. Nothing was written.",
  },
  "body-too-large": {
    status: 413,
    title: "The body is too large",
    description: "The body has more than `bytes_max` bytes. Nothing was written.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "The body's media type or encoding is not accepted",
    description:
      "JSON must be UTF-8, bodies must not be compressed, and `application/vnd.timberline.records` is only for reading. Nothing was written.",
  },
  internal: {
    status: 500,
    title: "The server is at fault",
    description: "A defect of the server, not of the request. A write may have happened.",
  },
  misconfigured: {
    status: 500,
    title: "The server's configuration is not valid",
    description: "`detail` says which variable is at fault, and why. Nothing happened.",
  },
  "auth-not-configured": {
    status: 503,
    title: "No secret is configured, so every request is refused",
    description:
      "Set one with `wrangler secret put ADMIN_TOKEN` (a bearer token that allows everything) or `wrangler secret put JWT_SECRET` (verifies signed tokens, HS256), or set `JWKS_URL` (keys of an identity provider). Nothing happened.",
  },
  "keys-unavailable": {
    status: 503,
    title: "The identity provider's keys could not be fetched",
    description:
      "The keys at `JWKS_URL`, which verify the token, could not be fetched since this part of the server started: the provider is down, slow, or its answer is not a key set. Other tokens work. Nothing happened. Try again; the Worker's logs show the provider's answer.",
    retryAfterS: 1,
  },
  "no-leader": {
    status: 503,
    title: "No leader answered in time",
    description:
      "No leader answered within `timeout_ms`. Maybe an election was under way, or no majority of the voters, or no node at all, can be reached. The cluster's status shows which nodes answer. A write did not happen. Try again.",
    retryAfterS: 1,
  },
  timeout: {
    status: 503,
    title: "The read could not be confirmed in time",
    description:
      "A linearizable read was not confirmed, or `min_index` was not reached, within `timeout_ms`. Try again.",
    retryAfterS: 1,
  },
  unreadable: {
    status: 503,
    title: "No reachable node has an undamaged copy",
    description:
      "The copies of these records on the asked nodes are damaged: their checksums are wrong. Copies on other nodes may be intact. Try again, and see the Worker's logs, which name the entries.",
    retryAfterS: 1,
  },
  busy: {
    status: 503,
    title: "Too much is waiting to be committed",
    description:
      "The leader accepts more only after some of it is committed. Nothing was written. Try again.",
    retryAfterS: 1,
  },
  "too-many-requests": {
    status: 503,
    title: "Too many requests are under way",
    description: "A node has reached its limit of requests under way. Nothing was written. Try again.",
    retryAfterS: 1,
  },
  "too-many-readers": {
    status: 503,
    title: "Too many reads are waiting",
    description:
      "Every node has reached its limit of waiting reads and long polls, or of open sockets and event streams. Try again.",
    retryAfterS: 1,
  },
  "outcome-unknown": {
    status: 503,
    title: "It is not known whether this happened",
    description:
      "The request may have taken effect, or may still do so. An append with `Producer-Id`, `Producer-Epoch` and `Producer-Seq` can be sent again safely: it is stored once. Without them, read the log before you send it again. A conditional request may be refused because its own first attempt succeeded: read the log, or the consumer, first.",
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemName = keyof typeof problemTable;

/** Whether `name` is a documented problem. */
export function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(problemTable, name);
}
