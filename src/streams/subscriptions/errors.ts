import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../../http/env.ts";
import type { ProblemOutput } from "../../http/problem-output.ts";
import { problemCode } from "./problem-code.ts";

/**
 * Gives all errors below `__ds` the protocol's form (Durable Streams §7.1), so that a client finds the reason in one
 * place. A problem keeps its status, headers and members.
 */
export const protocolErrors: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { res: response } = c;
  if (response.headers.get("Content-Type") !== "application/problem+json") return;
  const {
    type,
    detail: message,
    title: _title,
    status: _status,
    ...members
  } = await response.json<ProblemOutput>();
  const code = problemCode(type.slice(type.lastIndexOf("/") + 1));
  const headers = new Headers(response.headers);
  headers.set("Content-Type", "application/json");
  const body = JSON.stringify({ error: { code, message, ...members } });
  c.res = new Response(body, { status: response.status, headers });
};
