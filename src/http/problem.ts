import type { ProblemKind } from "./problem-kind.ts";
import type { ProblemOutput } from "./problem-output.ts";
import { type ProblemName, problemTable } from "./problem-table.ts";

export interface ProblemOptions {
  /** Members beside the standard ones (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A request that ends in an RFC 9457 problem. Thrown anywhere in a handler; `app.onError` answers it. */
export class Problem extends Error {
  readonly kind: ProblemName;
  readonly options: ProblemOptions;
  constructor(kind: ProblemName, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.name = "Problem";
    this.kind = kind;
    this.options = options;
  }
}

/** The `type` of a kind of problem, where it is documented, relative to the server. */
export function problemType(kind: ProblemName): string {
  return `/problems/${kind}`;
}

/** The body of a problem. */
export function problemBody({ kind, message: detail, options }: Problem): ProblemOutput {
  const { status, title }: ProblemKind = problemTable[kind];
  return { type: problemType(kind), title, status, detail, ...options.members };
}

/** The `application/problem+json` answer. */
export function problemResponse(problem: Problem): Response {
  const { status, retryAfterS }: ProblemKind = problemTable[problem.kind];
  const headers = new Headers(problem.options.headers);
  headers.set("Content-Type", "application/problem+json");
  headers.set("Cache-Control", "no-store");
  if (retryAfterS !== undefined) headers.set("Retry-After", String(retryAfterS));
  return new Response(JSON.stringify(problemBody(problem)), { status, headers });
}
