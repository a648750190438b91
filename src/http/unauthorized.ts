import { Problem } from "./problem.ts";

/** A request without a token that is taken (RFC 6750 §3). */
export function unauthorized(detail: string, cause?: unknown): Problem {
  return new Problem("unauthorized", detail, { headers: { "WWW-Authenticate": "Bearer" }, cause });
}
