import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { Problem, problemType } from "../../http/problem.ts";
import { isProblemName, type ProblemName, problemTable } from "../../http/problem-table.ts";

const kindOutput = z
  .object({ type: z.string(), status: z.int(), title: z.string(), description: z.string() })
  .openapi("ProblemKind");

/** `GET /problems` and `GET /problems/{name}`: what each `type` means. Open to all. */
export function problemRoutes(app: OpenAPIHono<AppEnv>): void {
  const list = createRoute({
    method: "get",
    path: "/problems",
    operationId: "listProblems",
    summary: "All problems that the API answers with",
    tags: ["problems"],
    security: [],
    responses: {
      200: {
        description: "All of them.",
        content: { "application/json": { schema: z.object({ problems: z.array(kindOutput) }) } },
      },
    },
  });
  app.openapi(list, (c) =>
    c.json({ problems: Object.keys(problemTable).filter(isProblemName).map(outputOf) }),
  );

  const one = createRoute({
    method: "get",
    path: "/problems/{name}",
    operationId: "describeProblem",
    summary: "What a problem means",
    tags: ["problems"],
    security: [],
    request: { params: z.object({ name: z.string() }) },
    responses: {
      200: { description: "The problem.", content: { "application/json": { schema: kindOutput } } },
      ...errorResponses,
    },
  });
  app.openapi(one, (c) => {
    const { name } = c.req.valid("param");
    if (!isProblemName(name)) throw new Problem("route-not-found", "There is no such problem.");
    return c.json(outputOf(name), 200);
  });
}

function outputOf(name: ProblemName): z.infer<typeof kindOutput> {
  const { status, title, description } = problemTable[name];
  return { type: problemType(name), status, title, description };
}
