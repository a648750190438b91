import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";

const version = "0.1.0";

const documentConfig = {
  openapi: "3.1.0",
  info: {
    title: "Timberline",
    version,
    description: "A replicated log on the edge. Paths without a cluster belong to the cluster `main`.",
    license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
  },
  security: [{ bearer: [] }],
};

/** `GET /openapi.json`, from the schemas that validate. */
export function openapiRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description:
      "An admin token; or a JWT of a secret (HS256) or of an identity provider (RS256, ES256, EdDSA) with the claims `actions`, `prefix` and, for other clusters than `main`, `cluster`.",
  });
  // Made once, at first use, because all routes are registered by then.
  let document: string | null = null;
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(app.getOpenAPI31Document(documentConfig));
    return c.body(document, 200, { "Content-Type": "application/json" });
  });
}
