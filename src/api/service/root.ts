import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { html } from "hono/html";
import type { AppEnv } from "../../http/env.ts";
import { serve } from "../../http/route.ts";

/** Links for people and programs. */
const links = {
  "/openapi.json": "the API, as an OpenAPI document",
  "/problems": "all its problems, and what to do about them",
  "/v1/clusters/main": "the status of the cluster",
  "/v1/logs": "its logs",
  "/metrics": "its metrics, for Prometheus",
  "/readyz": "whether a leader serves",
};

const rootOutput = z.object({ name: z.string(), links: z.record(z.string(), z.string()) }).openapi("Root");

const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Timberline</title></head>
<body>
<h1>Timberline</h1>
<p>A durable, ordered log. This is its HTTP API.</p>
<ul>
${Object.entries(links).map(([path, what]) => html`<li><a href="${path}">${path}</a>: ${what}</li>`)}
</ul>
</body>
</html>
`;

const headers = {
  Vary: "Accept",
  "Content-Security-Policy":
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
};

/** `GET /`: links for people and programs. Open to all. */
export function rootRoute(app: OpenAPIHono<AppEnv>): void {
  const operation = {
    method: "get" as const,
    path: "/",
    operationId: "root",
    summary: "Where to go from here",
    tags: ["health"],
    security: [],
    responses: {
      200: {
        description: "A page for people, or the same as JSON.",
        content: { "application/json": { schema: rootOutput }, "text/html": { schema: z.string() } },
      },
    },
  };
  serve(app, operation, (c) => {
    const supports = ["application/json", "text/html"];
    const format = accepts(c, { header: "Accept", supports, default: "application/json" });
    if (format === "text/html") return c.html(page, 200, headers);
    return c.json({ name: "timberline", links }, 200, headers);
  });
}
