import { beforeAll, describe, expect, test } from "vitest";
import { Harness } from "../api/harness.ts";

interface Parameter {
  readonly in: string;
  readonly name: string;
}

const api = new Harness();
// biome-ignore lint/suspicious/noExplicitAny: a document of any shape
let document: any;
beforeAll(async () => {
  document = (await api.send("GET", "/openapi.json")).json;
});

const bases = ["/v1/stream", "/v1/clusters/{cluster}/stream"];
const producer = ["producer-epoch", "producer-id", "producer-seq"];
const fork = ["stream-fork-offset", "stream-fork-sub-offset", "stream-forked-from"];

describe.each(bases)("the document, of %s", (base) => {
  const namesOf = (method: string, part: string): readonly string[] =>
    (document.paths[`${base}/{path}`][method].parameters as Parameter[])
      .filter((parameter) => parameter.in === part)
      .map(({ name }) => name)
      .toSorted();

  test.each([
    ["put", ["stream-closed", "stream-expires-at", ...fork, "stream-ttl"]],
    ["post", [...producer, "stream-closed", "stream-seq"]],
    ["get", ["if-none-match"]],
    ["head", []],
    ["delete", []],
  ])("lists the headers that %s takes, and a page of another origin may send them", async (method, names) => {
    expect(namesOf(method, "header")).toEqual(names);
    const { headers } = await api.send("OPTIONS", "/v1/stream/a");
    const allowed = headers.get("Access-Control-Allow-Headers")?.toLowerCase().split(",");
    expect(allowed).toEqual(expect.arrayContaining(names));
  });

  test("lists the query parameters of a read", () => {
    expect(namesOf("get", "query")).toEqual(["access_token", "cursor", "live", "offset"]);
    const events = document.paths[`${base}/{path}`].get.responses[200].content["text/event-stream"];
    expect(events.schema.description).toContain("#/components/schemas/StreamControl");
    expect(Object.keys(document.components.schemas.StreamControl.properties)).toContain("streamNextOffset");
  });

  test.each([
    ["put", "", "SubscriptionInput"],
    ["post", "/streams", "SubscriptionStreamsInput"],
    ["post", "/claim", "ClaimInput"],
    ["post", "/callback", "AckInput"],
    ["post", "/ack", "AckInput"],
    ["post", "/release", "WakeInput"],
  ])("describes the body of %s of a subscription%s", (method, path, name) => {
    const { requestBody } = document.paths[`${base}/__ds/subscriptions/{id}${path}`][method];
    expect(requestBody.required).toBe(true);
    const $ref = `#/components/schemas/${name}`;
    expect(requestBody.content).toEqual({ "application/json": { schema: { $ref } } });
    expect(document.components.schemas[name].type).toBe("object");
  });

  test("says which token each route needs", () => {
    const securityOf = (path: string, method: string) => document.paths[`${base}${path}`][method].security;
    for (const name of ["callback", "ack", "release"])
      expect(securityOf(`/__ds/subscriptions/{id}/${name}`, "post")).toEqual([{ wake: [] }]);
    for (const [path, method] of [
      ["/__ds/jwks.json", "get"],
      ["/{path}", "options"],
    ] as const)
      expect(securityOf(path, method)).toEqual([]);
    expect(securityOf("/__ds/subscriptions/{id}/claim", "post")).toBeUndefined();
  });
});

test("the document describes the call to a webhook", () => {
  const { content } = document.webhooks.wake.post.requestBody;
  expect(content["application/json"].schema).toEqual({ $ref: "#/components/schemas/WakeNotification" });
  expect(document.components.schemas.WakeEvent.required).toContain("generation");
});
