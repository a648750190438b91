import type { z } from "@hono/zod-openapi";
import { decodeBase64Url, encodeBase64Url } from "hono/utils/encode";
import { invalidRequest } from "./validation.ts";

const cursorPattern = /^[A-Za-z0-9_-]+={0,2}$/;

/** The cursor of the page after the one that ends with `name`. */
export function cursorOf(name: string): string {
  return encodeBase64Url(new TextEncoder().encode(name).buffer);
}

/** The name in a cursor, checked by `schema`. Throws the problem `invalid-request`. */
export function nameIn(cursor: string, schema: z.ZodType<string>): string {
  const name =
    cursor.length % 4 === 0 && cursorPattern.test(cursor)
      ? new TextDecoder().decode(decodeBase64Url(cursor))
      : "";
  if (schema.safeParse(name).success) return name;
  throw invalidRequest("query", [{ path: ["cursor"], message: "is not a cursor of this server" }]);
}
