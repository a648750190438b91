import type { Context } from "hono";

/** Whether a client asks for a WebSocket (RFC 6455 §4.2.1). */
export function isUpgrade(c: Context): boolean {
  return c.req.header("Upgrade")?.toLowerCase() === "websocket";
}

/** The sub-protocols that a client offers (RFC 6455 §11.3.4); null if it names none. */
export function offeredProtocols(c: Context): readonly string[] | null {
  const header = c.req.header("Sec-WebSocket-Protocol");
  return header === undefined ? null : header.split(",").map((name) => name.trim());
}
