import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { decodeBase64Url, encodeBase64Url } from "hono/utils/encode";
import { authorize } from "./auth.ts";
import { CATALOGUE } from "./cluster.ts";
import type { Api, AppEnv } from "./context.ts";
import { errorResponses } from "./openapi.ts";
import { consistencyQuery, logName, logPrefix, naturalParameter } from "./parameters.ts";
import { queryCluster } from "./query.ts";
import type { Scope } from "./scope.ts";
import { invalidRequest } from "./validation.ts";

const listQuery = z.strictObject({
  ...consistencyQuery,
  prefix: logPrefix.default("").openapi({ description: "Only logs whose name begins so." }),
  limit: naturalParameter(1, 1_000).default(100).openapi({ description: "Names, at most.", default: 100 }),
  cursor: z.string().optional().openapi({ description: "The `cursor` of the page before." }),
});

const namesOutput = z
  .object({
    logs: z.array(z.object({ name: z.string() })),
    cursor: z.string().nullable().openapi({ description: "Asks for the next page; null on the last one." }),
  })
  .openapi("Logs");

const cursorPattern = /^[A-Za-z0-9_-]+={0,2}$/;

/** `GET …/logs`. */
export function logListRoutes(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  const route = createRoute({
    method: "get",
    path: `${scope.base}/logs`,
    operationId: `listLogs${scope.suffix}`,
    summary: "List logs by name",
    tags: ["logs"],
    middleware: async (c, next) => {
      await authorize(c, "read", c.req.query("prefix") ?? "");
      await next();
    },
    request: { params: scope.params, query: listQuery },
    responses: {
      200: {
        description: "Logs, in the order of their names.",
        content: { "application/json": { schema: namesOutput } },
      },
      ...errorResponses,
    },
  });
  app.openapi(route, async (c) => {
    const { prefix, limit, cursor, ...options } = c.req.valid("query");
    const after = cursor === undefined ? null : nameOf(cursor);
    const { result } = await queryCluster(
      c,
      api,
      // One more says whether there are more; another may be the catalogue, which is listed to nobody.
      { kind: "names", prefix, after, limit: limit + 2 },
      options,
    );
    if (result.kind !== "names") throw new Error("a list of names was answered with something else");
    const names = result.names.filter((name) => name !== CATALOGUE);
    const logs = names.slice(0, limit).map((name) => ({ name }));
    const last = names.length > limit ? logs.at(-1) : undefined;
    return c.json({ logs, cursor: last === undefined ? null : cursorOf(last.name) }, 200);
  });
}

function cursorOf(name: string): string {
  return encodeBase64Url(new TextEncoder().encode(name).buffer);
}

/** The name in a cursor. */
function nameOf(cursor: string): string {
  const name =
    cursor.length % 4 === 0 && cursorPattern.test(cursor)
      ? new TextDecoder().decode(decodeBase64Url(cursor))
      : "";
  if (logName.safeParse(name).success) return name;
  throw invalidRequest("query", [{ path: ["cursor"], message: "is not one that this server gave" }]);
}
