import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { authorize } from "../../http/auth.ts";
import { cursorOf, nameIn } from "../../http/cursor.ts";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { consistencyQuery, logName, logPrefix, naturalParameter } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Scope } from "../../http/scope.ts";
import { CATALOGUE, SUBSCRIPTIONS_LOG } from "../../log/reserved.ts";
import type { Api } from "../../routing/context.ts";
import { ask } from "../../routing/query.ts";
import { visit } from "../../routing/visit.ts";

const systemLogs: readonly string[] = [CATALOGUE, SUBSCRIPTIONS_LOG];

const listQuery = z.strictObject({
  ...consistencyQuery,
  prefix: logPrefix.default("").openapi({ description: "Only logs whose name begins with this." }),
  limit: naturalParameter(1, 1_000).default(100).openapi({ description: "Names, at most.", default: 100 }),
  cursor: z.string().optional().openapi({ description: "The `cursor` of the page before." }),
});

const namesOutput = z
  .object({
    logs: z.array(z.object({ name: z.string() })),
    cursor: z.string().nullable().openapi({ description: "Asks for the next page; null on the last one." }),
  })
  .openapi("Logs");

/** `GET …/logs`. */
export function listRoute(app: OpenAPIHono<AppEnv>, api: Api, scope: Scope): void {
  serve(
    app,
    {
      method: "get",
      path: `${scope.base}/logs`,
      operationId: `listLogs${scope.suffix}`,
      summary: "List logs by name",
      tags: ["logs"],
      allows: (c) => authorize(c, "read", c.req.query("prefix") ?? ""),
      params: scope.params,
      query: listQuery,
      responses: {
        200: {
          description: "Logs, in the order of their names.",
          content: { "application/json": { schema: namesOutput } },
        },
        ...errorResponses,
      },
    },
    async (c, { query: { prefix, limit, cursor, ...options } }) => {
      const after = cursor === undefined ? null : nameIn(cursor, logName);
      // One more shows whether there are more. Others may be logs of the system, which are never listed.
      const query = { kind: "names", prefix, after, limit: limit + 1 + systemLogs.length } as const;
      const { result } = await ask(await visit(c, api, options.timeout_ms), query, options);
      const names = result.names.filter((name) => !systemLogs.includes(name));
      const logs = names.slice(0, limit).map((name) => ({ name }));
      const last = names.length > limit ? logs.at(-1) : undefined;
      return c.json({ logs, cursor: last === undefined ? null : cursorOf(last.name) });
    },
  );
}
