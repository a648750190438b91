import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, describe, expect, test } from "vitest";
import { Harness } from "../harness.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape
let document: any;
const api = new Harness();
beforeAll(async () => {
  document = (await api.send("GET", "/openapi.json")).json;
});

const operations = (): [string, string, Operation][] =>
  Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  );

describe("the OpenAPI document", () => {
  test("is valid 3.1", async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result.errors ?? []).toEqual([]);
    expect(document.openapi).toBe("3.1.0");
  });

  test("has every route that the app serves, and no other", () => {
    const hidden = ["get /openapi.json", "post /v1/local/nodes/{id}/abort"];
    // What is of no one method is middleware, or a refusal of all else.
    const served = api.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)(\{.+?\})?/g, "{$1}")}`);
    const documented = operations().map(([method, path]) => `${method} ${path}`);
    // A HEAD is served as a GET, a preflight by middleware.
    const [others, own] = [/^(head|options) /, /^(?!head |options )/].map((pattern) =>
      documented.filter((route) => pattern.test(route)),
    );
    expect(new Set([...(own ?? []), ...hidden])).toEqual(new Set(served));
    for (const route of others ?? []) expect(served).toContain(route.replace(/^\w+/, "get"));
  });

  test("lists the routes, those of logs and streams in both places", () => {
    const routes = operations().map(([method, path]) => `${method} ${path}`);
    const logs = [
      "put /logs/{log}",
      "get /logs/{log}",
      "head /logs/{log}",
      "delete /logs/{log}",
      "get /logs",
      "post /logs/{log}/records",
      "get /logs/{log}/records",
      "post /logs/{log}/trim",
      "post /logs/{log}/close",
      "post /logs/{log}/fence",
      "get /logs/{log}/consumers",
      "get /logs/{log}/consumers/{consumer}",
      "put /logs/{log}/consumers/{consumer}",
      "delete /logs/{log}/consumers/{consumer}",
      "get /sessions",
    ];
    const subscription = "/stream/__ds/subscriptions/{id}";
    const streams = [
      ...["get", "head", "put", "post", "delete", "options"].map((method) => `${method} /stream/{path}`),
      ...["put", "get", "delete"].map((method) => `${method} ${subscription}`),
      ...["streams", "claim", "callback", "ack", "release"].map((name) => `post ${subscription}/${name}`),
      `delete ${subscription}/streams/{path}`,
      ...["get", "delete"].map((method) => `${method} /stream/__ds/jwks.json`),
    ];
    const others = [
      "get /metrics",
      "get /v1/clusters/{cluster}/metrics",
      "put /v1/clusters/{cluster}",
      "get /v1/clusters/{cluster}",
      "post /v1/clusters/{cluster}/leader",
      "post /v1/clusters/{cluster}/members",
      "delete /v1/clusters/{cluster}/members/{id}",
      "post /v1/clusters/{cluster}/members/{id}/recover",
      "get /v1/clusters",
      "get /",
      "get /healthz",
      "get /readyz",
      "get /problems",
      "get /problems/{name}",
    ];
    const inMain = [...logs, ...streams].map((route) => route.replace("/", "/v1/"));
    const inCluster = [...logs, ...streams].map((route) => route.replace("/", "/v1/clusters/{cluster}/"));
    expect(routes.toSorted()).toEqual([...inMain, ...inCluster, ...others].toSorted());
  });

  test("names each operation once, and its path's parameters", () => {
    const ids = operations().map(([, , { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, path, { parameters = [] }] of operations()) {
      const names = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => `{${name}}`);
      expect(names.toSorted()).toEqual((path.match(/\{\w+\}/g) ?? []).toSorted());
    }
  });

  test("says what an append takes", () => {
    const { requestBody, parameters } = document.paths["/v1/logs/{log}/records"].post;
    expect(Object.keys(requestBody.content)).toEqual(["application/json", "application/x-ndjson", "*/*"]);
    const names = parameters.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "log",
        "timeout_ms",
        "expected_seq",
        "fencing_token",
        "close",
        "if-match",
        "producer-id",
        "producer-epoch",
        "producer-seq",
      ]),
    );
    const { RecordInput } = document.components.schemas;
    expect(RecordInput.properties.headers).toMatchObject({
      type: "object",
      additionalProperties: { type: "string" },
    });
    expect(RecordInput.additionalProperties).toBe(false);
  });
});
