import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { assertAllowed, authenticate, type Grant } from "../../http/auth.ts";
import { credentialOfFollower } from "../../http/credential.ts";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { Problem } from "../../http/problem.ts";
import { accessTokenQuery } from "../../http/query-token.ts";
import { serve } from "../../http/route.ts";
import { clusterNameIn, type Scope } from "../../http/scope.ts";
import { isUpgrade } from "../../http/web-socket.ts";
import { LOG_NAME_LENGTH_MAX } from "../../log/limits.ts";
import type { Api } from "../../routing/context.ts";
import { ask } from "../../routing/query.ts";
import { visit } from "../../routing/visit.ts";
import { messageDocs } from "./message-docs.ts";
import { openSocket, protocolOf, upgradeRequired } from "./open-socket.ts";

/** How long to look for a node for the session, ms. */
const openTimeoutMs = 10_000;

/** `GET …/sessions`: a WebSocket that appends to many logs and follows many. */
export function openSessionRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const operation = {
    method: "get" as const,
    path: `${scope.base}/sessions`,
    operationId: `openSession${scope.suffix}`,
    summary: "Append to many logs and follow many over one WebSocket",
    description: `Appends are pipelined and acknowledged in their order; tails have credit. The sub-protocol is \`timberline.v1\`; another one beside it, \`timberline.bearer.\` and a token in base64url, stands for \`Authorization\`. ${messageDocs}`,
    tags: ["records"],
    params: scope.params,
    query: z.strictObject(accessTokenQuery),
    responses: { 101: { description: "The session has begun." }, ...errorResponses },
  };
  serve(app, operation, (c) => openSession(c, api));
}

async function openSession(c: Context<AppEnv>, api: Api): Promise<Response> {
  const grant = await grantOf(c);
  if (!isUpgrade(c)) throw upgradeRequired("A session is a WebSocket.");
  const protocol = protocolOf(c);
  const at = await visit(c, api, openTimeoutMs);
  // Creates `main` if it does not exist yet, and finds out the members.
  await ask(at, { kind: "names", prefix: "", after: null, limit: 1 }, { consistency: "local", min_index: 0 });
  return openSocket(at, { face: "session", grant, protocol, position: null });
}

/** A token without any permission here can't keep a socket open. */
async function grantOf(c: Context<AppEnv>): Promise<Grant> {
  const grant = await authenticate(c.env, credentialOfFollower(c, false));
  const action = grant.actions.find((one) => one !== "admin") ?? "read";
  assertAllowed(grant, action, clusterNameIn(c), grant.prefix);
  if (grant.prefix.length <= LOG_NAME_LENGTH_MAX) return grant;
  throw new Problem("forbidden", "No log's name begins with the token's prefix.");
}
