import { type OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { Context, Handler } from "hono";
import { type Action, authorize, type Grant } from "./auth.ts";
import type { AppEnv } from "./env.ts";
import { readJsonBody, requireJsonBody } from "./json-body.ts";
import { routingPath } from "./routing-path.ts";
import { queryOf, validated } from "./validation.ts";

/** The parts of a request that are checked before the handler runs. */
interface Checked {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  /** A small JSON body. If the schema is optional, there may be none. */
  readonly body?: z.ZodType;
}

/** One operation: its description for the document, and the checks before its handler runs. */
export interface Operation extends Omit<RouteConfig, "request">, Checked {
  /** The action that the token must allow on the cluster and the log in the path, or a check of the operation's own. */
  readonly allows?: Action | ((c: Context<AppEnv>) => Promise<Grant>);
  /** The body for the document, if the handler reads it. */
  readonly content?: NonNullable<NonNullable<RouteConfig["request"]>["body"]>;
}

/** The checked parts of a request. `grant` is what its token allows, if the operation checks it. */
export type Input<O extends Operation> = {
  readonly [K in keyof Checked]-?: O[K] extends z.ZodType ? z.output<O[K]> : undefined;
} & { readonly grant: O extends { readonly allows: unknown } ? Grant : undefined };

/**
 * Serves an operation, and puts it into the document. Throws the problems of `authorize`, `invalid-request`, and those
 * of the body, before the handler runs.
 */
export function serve<O extends Operation>(
  app: OpenAPIHono<AppEnv>,
  operation: O,
  handler: (c: Context<AppEnv>, input: Input<O>) => Response | Promise<Response>,
): void {
  describe(app, operation);
  listen(app, operation, async (c) => {
    const grant = await grantOf(c, operation);
    return handler(c, { ...(await inputOf(c, operation)), grant } as Input<O>);
  });
}

/** Adds an operation that is served elsewhere to the document. */
export function describe(app: OpenAPIHono<AppEnv>, operation: Operation): void {
  const { params, query, headers, body, content, allows: _, ...config } = operation;
  const described = body === undefined ? content : bodyContent(body);
  const request = {
    ...(params && { params }),
    ...(query && { query }),
    ...(headers && { headers }),
    ...(described && { body: described }),
  };
  app.openAPIRegistry.registerPath({ ...config, request });
}

/** Serves a path of the document. */
export function listen(
  app: OpenAPIHono<AppEnv>,
  { method, path }: Pick<RouteConfig, "method" | "path">,
  handler: Handler<AppEnv>,
): void {
  app.on(method, routingPath(path), handler);
}

function bodyContent(schema: z.ZodType): NonNullable<Operation["content"]> {
  if (!(schema instanceof z.ZodOptional))
    return { required: true, content: { "application/json": { schema } } };
  return { content: { "application/json": { schema: schema.unwrap() as z.ZodType } } };
}

async function grantOf(c: Context<AppEnv>, { allows }: Operation): Promise<Grant | undefined> {
  if (typeof allows === "function") return allows(c);
  return allows && authorize(c, allows, c.req.param("log") ?? "");
}

/** For operations without query parameters. */
const noQuery = z.strictObject({});

async function inputOf(c: Context<AppEnv>, operation: Operation): Promise<Record<keyof Checked, unknown>> {
  const { params, query, headers, body } = operation;
  const parameters = validated(query ?? noQuery, "query", queryOf(c));
  return {
    params: params && validated(params, "path", c.req.param()),
    query: query && parameters,
    headers: headers && validated(headers, "header", c.req.header()),
    body: body && (await bodyOf(c, body)),
  };
}

async function bodyOf(c: Context<AppEnv>, schema: z.ZodType): Promise<unknown> {
  if (schema instanceof z.ZodOptional)
    return (await readJsonBody(c.req.raw, schema.unwrap() as z.ZodType)) ?? undefined;
  return requireJsonBody(c.req.raw, schema);
}
