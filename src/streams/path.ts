import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { tryDecodeURIComponent } from "hono/utils/url";
import type { AppEnv } from "../http/env.ts";
import { clusterName, logName } from "../http/parameters.ts";
import { Problem } from "../http/problem.ts";
import { clusterNameIn, MAIN } from "../http/scope.ts";
import { invalidRequest, validated } from "../http/validation.ts";

/** The first segment of the control API's paths, which are not streams (§6). */
const RESERVED_SEGMENT = "__ds";

/** Path parameters of a stream. */
export const streamParams = {
  path: logName.openapi({
    description: "The stream's path: a log's name. A slash in it is written / or %2F.",
    example: "orders/eu",
  }),
};

const params = z.object({ ...streamParams, cluster: clusterName.optional() });
const streamPath = /^\/v1(?:\/clusters\/([^/]+))?\/stream\/(.+)$/;

/** The log in a request's path. Throws the problems `route-not-found` and `invalid-request`. */
export function streamName(c: Context<AppEnv>): string {
  const { path = "", cluster } = c.req.param();
  if (path.split("/", 1)[0] === RESERVED_SEGMENT)
    throw new Problem("route-not-found", `There is no ${c.req.path}.`);
  return validated(params, "path", { path, cluster }).path;
}

/** The log in `Stream-Forked-From`, the path of a stream of the same cluster. Throws `invalid-request`. */
export function sourceName(c: Context<AppEnv>, header: string): string {
  const [, cluster = MAIN, path = ""] = streamPath.exec(header) ?? [];
  const name = logName.safeParse(tryDecodeURIComponent(path));
  if (name.success && cluster === clusterNameIn(c)) return name.data;
  const message = "must be the path of a stream of this cluster";
  throw invalidRequest("header", [{ path: ["stream-forked-from"], message }]);
}
