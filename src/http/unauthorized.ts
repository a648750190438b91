import { Problem } from "./problem.ts";

/** The problem for a request without an accepted token (RFC 6750 §3). */
export function unauthorized(detail: string, cause?: unknown): Problem {
  return new Problem("unauthorized", detail, { headers: { "WWW-Authenticate": "Bearer" }, cause });
}
