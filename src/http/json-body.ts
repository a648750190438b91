import type { z } from "@hono/zod-openapi";
import { decodeText, parseJson, readBody } from "./body.ts";
import { parseMediaType } from "./media-type.ts";
import { Problem } from "./problem.ts";
import { invalidBody } from "./validation.ts";

const bodyBytesMax = 4_096;

/** As `readJsonBody`, for a request that must have a body. */
export async function requireJsonBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const input = await readJsonBody(request, schema);
  if (input === null) throw new Problem("invalid-body", "The body is empty.");
  return input;
}

/**
 * The small JSON body of a request, checked by `schema`; null if there is none. Throws the problems of `readBody`,
 * `invalid-body` and `unsupported-media-type`.
 */
export async function readJsonBody<T>(request: Request, schema: z.ZodType<T>): Promise<T | null> {
  const bytes = await readBody(request, bodyBytesMax);
  if (bytes.length === 0) return null;
  const { essence } = parseMediaType(request.headers.get("Content-Type"));
  if (essence !== "application/json")
    throw new Problem("unsupported-media-type", "The body must be application/json.");
  const parsed = schema.safeParse(parseJson(decodeText(bytes)));
  if (parsed.success) return parsed.data;
  throw invalidBody(parsed.error.issues);
}
