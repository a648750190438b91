import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Problem } from "./problem.ts";

/** The parts of a request that schemas describe. */
export type Part = "path" | "query" | "header";

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The most faults that are listed: a batch may have one in each member. */
const issuesMax = 20;

/** A part of a request, parsed by its schema. Throws the problem `invalid-request`. */
export function validated<T extends z.ZodType>(schema: T, part: Part, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidRequest(part, parsed.error.issues);
  return parsed.data;
}

/** The query. A parameter that is given once is a string. Given twice it is a list, which no schema accepts. */
export function queryOf(c: Context): Readonly<Record<string, string | readonly string[]>> {
  const entries = Object.entries(c.req.queries());
  return Object.fromEntries(
    entries.map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]),
  );
}

/** The problem for a part of a request that its schema refuses. */
export function invalidRequest(part: Part, issues: readonly Issue[]): Problem {
  return invalid("invalid-request", part, issues);
}

/** The problem for a body that its schema refuses. `record` is the position of the faulty record, if it is one. */
export function invalidBody(issues: readonly Issue[], record?: number): Problem {
  return invalid("invalid-body", "body", issues, record === undefined ? {} : { record });
}

function invalid(
  kind: "invalid-request" | "invalid-body",
  part: Part | "body",
  issues: readonly Issue[],
  members: Readonly<Record<string, unknown>> = {},
): Problem {
  const shown = issues.slice(0, issuesMax);
  const errors = shown.map(({ path, message }) => ({ in: part, name: path.join("."), message }));
  const detail = errors.map(({ name, message }) =>
    name === "" ? `${part}: ${message}` : `${part} "${name}": ${message}`,
  );
  return new Problem(kind, `${detail.join("; ")}.`, { members: { errors, ...members } });
}
