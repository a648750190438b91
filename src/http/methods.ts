import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./env.ts";

const methods = ["GET", "PUT", "POST", "DELETE"];

/** All methods of all routes. A `HEAD` is served as a `GET`. */
export const allMethods: readonly string[] = withHead(methods);

/** The methods of the routes of a path; none if it has no route. */
export function methodsAt(app: OpenAPIHono<AppEnv>, path: string): readonly string[] {
  const matches = methods.flatMap((method) => app.router.match(method, path)[0].map(([[, route]]) => route));
  // A handler for all methods is middleware, or refuses.
  const routes = matches.filter(({ method }) => methods.includes(method));
  // The route of streams matches reserved paths too, so the longest pattern wins.
  const depth = Math.max(...routes.map(depthOf));
  const taken = routes.filter((route) => depthOf(route) === depth).map(({ method }) => method);
  return withHead(methods.filter((method) => taken.includes(method)));
}

function depthOf({ path }: { readonly path: string }): number {
  return path.split("/").length;
}

function withHead(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]));
}
