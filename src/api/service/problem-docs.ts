import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { Problem, problemType } from "../../http/problem.ts";
import { isProblemName, type ProblemName, problemTable } from "../../http/problem-table.ts";
import { serve } from "../../http/route.ts";

const kindOutput = z
  .object({ type: z.string(), status: z.int(), title: z.string(), description: z.string() })
  .openapi("ProblemKind");

/** `GET /problems` and `GET /problems/{name}`: the meaning of each `type`. Open to all. */
export function problemRoutes(app: OpenAPIHono<AppEnv>): void {
  const list = {
    method: "get" as const,
    path: "/problems",
    operationId: "listProblems",
    summary: "All problems of the API",
    tags: ["problems"],
    security: [],
    responses: {
      200: {
        description: "All of them.",
        content: { "application/json": { schema: z.object({ problems: z.array(kindOutput) }) } },
      },
    },
  };
  serve(app, list, (c) =>
    c.json({ problems: Object.keys(problemTable).filter(isProblemName).map(outputOf) }),
  );

  const one = {
    method: "get" as const,
    path: "/problems/{name}",
    operationId: "describeProblem",
    summary: "The meaning of a problem",
    tags: ["problems"],
    security: [],
    params: z.object({ name: z.string() }),
    responses: {
      200: { description: "The problem.", content: { "application/json": { schema: kindOutput } } },
      ...errorResponses,
    },
  };
  serve(app, one, (c, { params: { name } }) => {
    if (!isProblemName(name)) throw new Problem("route-not-found", "There is no such problem.");
    return c.json(outputOf(name), 200);
  });
}

function outputOf(name: ProblemName): z.infer<typeof kindOutput> {
  const { status, title, description } = problemTable[name];
  return { type: problemType(name), status, title, description };
}
