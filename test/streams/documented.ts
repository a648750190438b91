import { expect } from "vitest";
import { problemTable } from "../../src/http/problem-table.ts";
import { headerDocs } from "../../src/streams/header-docs.ts";
import { problemCode } from "../../src/streams/subscriptions/problem-code.ts";
import { type Answered, Harness } from "../api/harness.ts";

interface ResponseDocs {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}

interface OperationDocs {
  readonly responses: Readonly<Record<string, ResponseDocs>>;
}

type Paths = Readonly<Record<string, Readonly<Record<string, OperationDocs>>>>;

/** The routes of subscriptions refuse with these unless they document others. */
const problemCodes = new Set(Object.keys(problemTable).map(problemCode));

let paths: Promise<Paths> | undefined;

/** Headers that any answer may have. */
const common = ["Retry-After"];

/** Checks that the answer to each documented operation is as documented: the status, the headers, the refusal. */
export async function expectDocumented(method: string, url: string, answer: Answered): Promise<void> {
  const operation = await operationOf(method, url);
  if (operation === undefined) return;
  const { status, headers, json } = answer;
  const response = operation.responses[status] ?? operation.responses.default;
  if (status < 400) expect(Object.keys(operation.responses)).toContain(String(status));
  const told = Object.keys(headerDocs).filter((name) => headers.has(name) && !common.includes(name));
  expect(Object.keys(response?.headers ?? {})).toEqual(expect.arrayContaining(told));
  if (json?.error?.code === undefined || problemCodes.has(json.error.code)) return;
  expect(response?.description).toContain(`\`${json.error.code}\``);
}

/** The operation of the path that a request matches, the most literal first (OpenAPI §4.8.8.2). */
async function operationOf(method: string, url: string): Promise<OperationDocs | undefined> {
  paths ??= new Harness().send("GET", "/openapi.json").then(({ json }) => json.paths as Paths);
  const all = await paths;
  const { pathname } = new URL(url, "http://timberline.localhost");
  const matching = Object.keys(all).filter((path) => patternOf(path).test(pathname));
  const [path] = matching.toSorted((a, b) => b.split("/").length - a.split("/").length);
  return path === undefined ? undefined : all[path]?.[method.toLowerCase()];
}

function patternOf(path: string): RegExp {
  const any = path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === "path" ? ".+" : "[^/]+"));
  return new RegExp(`^${any}$`);
}
