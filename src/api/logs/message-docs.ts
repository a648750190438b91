import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { clientMessage } from "../../sessions/input.ts";
import { serverMessage } from "../../sessions/output.ts";

const schemas = { SessionClientMessage: clientMessage, SessionServerMessage: serverMessage };

/** The messages of a WebSocket, described in the operations that open one: OpenAPI has no place for them. */
export const messageDocs =
  "Each message is a JSON text: a `#/components/schemas/SessionClientMessage` from the client, a `#/components/schemas/SessionServerMessage` from the node.";

/** Adds the messages of a session to the document's schemas, because no operation has them. */
export function describeMessages(app: OpenAPIHono<AppEnv>): void {
  for (const [name, schema] of Object.entries(schemas)) app.openAPIRegistry.register(name, schema);
}
