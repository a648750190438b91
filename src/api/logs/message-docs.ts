import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { clientMessage } from "../../sessions/input.ts";
import { serverMessage } from "../../sessions/output.ts";

const schemas = { SessionClientMessage: clientMessage, SessionServerMessage: serverMessage };

/** What is said over a WebSocket, for the operations that open one: OpenAPI has no place for it. */
export const messageDocs =
  "Each message is a JSON text: what the client says is a `#/components/schemas/SessionClientMessage`, what the node says a `#/components/schemas/SessionServerMessage`.";

/** The messages of a session among the document's schemas, where no operation would bring them. */
export function describeMessages(app: OpenAPIHono<AppEnv>): void {
  for (const [name, schema] of Object.entries(schemas)) app.openAPIRegistry.register(name, schema);
}
