import type { MiddlewareHandler } from "hono";
import { type AppEnv, isOpen } from "./env.ts";
import { isLoopback } from "./loopback.ts";
import { includesOrigin, isOrigin, originsOf } from "./origins.ts";
import { Problem } from "./problem.ts";

/**
 * Keeps web pages from elsewhere out of a cluster that needs no token. Any page that a developer visits could use it,
 * because a browser sends a simple `POST` or opens a WebSocket without asking. Pages of this machine and of
 * `CORS_ORIGINS` are admitted, and so are clients that are not browsers. The host name is checked too: a page can make
 * its own name lead here (DNS rebinding), and then has the same origin. A preflight changes nothing, and passes. Throws
 * the problem `origin-refused`.
 */
export const refuseForeignPages: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (isOpen(c.env) && c.req.method !== "OPTIONS") {
    const allowed = originsOf(c.env);
    const isAllowed = (origin: string): boolean => isLoopback(origin) || includesOrigin(allowed, origin);
    const own = new URL(c.req.url).origin;
    const foreign = [own, c.req.header("Origin") ?? own].find((origin) => !isAllowed(origin));
    if (foreign !== undefined) throw refused(foreign);
  }
  await next();
};

function refused(origin: string): Problem {
  const how = isOrigin(origin) ? `Put ${origin} into CORS_ORIGINS` : "Serve the page from http://localhost";
  const detail = `This cluster needs no token, so it is for this machine alone. ${how}, or set ADMIN_TOKEN.`;
  return new Problem("origin-refused", detail);
}
