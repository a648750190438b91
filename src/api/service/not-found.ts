import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import { methodsAt } from "../../http/methods.ts";
import { Problem } from "../../http/problem.ts";

/**
 * The problem for a request without a route: there is no such path, or it does not accept the method. Names similar
 * paths.
 */
export function notFound(app: OpenAPIHono<AppEnv>, c: Context<AppEnv>): Problem {
  const { path, method } = c.req;
  const takes = methodsAt(app, path);
  if (takes.length > 0 && !takes.includes(method)) {
    const allow = takes.join(", ");
    return new Problem("method-not-allowed", `${path} takes ${allow}.`, { headers: { Allow: allow } });
  }
  const nearby = candidates(path).find((other) => other !== path && methodsAt(app, other).length > 0);
  const hint = nearby === undefined ? "GET /openapi.json lists all routes." : `Do you mean ${nearby}?`;
  return new Problem("route-not-found", `There is no ${path}. ${hint}`);
}

/** Paths that the client may have meant, the most likely first. */
function candidates(path: string): readonly string[] {
  const bare = path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
  const versioned = bare.replace(/^(\/v1)?(?=\/)/i, "/v1");
  return [bare, bare.toLowerCase(), versioned, escaped(bare), escaped(versioned)];
}

/** A slash in a log's name is written %2F. */
function escaped(path: string): string {
  const parts = /^(.*\/logs\/)(.+?)(\/(?:records|trim|close|fence|consumers(?:\/[^/]*)?))?$/.exec(path);
  if (parts === null) return path;
  const [, before = "", name = "", after = ""] = parts;
  return `${before}${name.replaceAll("/", "%2F")}${after}`;
}
