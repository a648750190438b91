import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { Harness } from "../harness.ts";

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape
let document: any;
beforeAll(async () => {
  document = (await new Harness().send("GET", "/openapi.json")).json;
});

/** The kinds of messages in one section of the page on sessions. */
function kindsBelow(heading: string): readonly string[] {
  const [, page = ""] = readFileSync("docs/sessions.md", "utf8").split(`## ${heading}\n`);
  const [section = ""] = page.split("\n## ");
  const rows = section.split("\n").filter((line) => line.startsWith("| `{"));
  return rows.flatMap((row) => /"kind":([^,}]+)/.exec(row)?.[1]?.match(/\w+/g) ?? []);
}

test.each([
  ["SessionClientMessage", "What a client says"],
  ["SessionServerMessage", "What a node says"],
])('%s has every kind of message of the section "%s"', (name, heading) => {
  const { oneOf, discriminator } = document.components.schemas[name];
  const { propertyName, mapping } = discriminator;
  expect(propertyName).toBe("kind");
  expect(Object.keys(mapping).toSorted()).toEqual(kindsBelow(heading).toSorted());
  expect([...new Set(Object.values(mapping))]).toEqual(oneOf.map(({ $ref }: { $ref: string }) => $ref));
});

test("refers to the messages where a WebSocket is opened", () => {
  for (const base of ["/v1", "/v1/clusters/{cluster}"]) {
    const { get: session } = document.paths[`${base}/sessions`];
    const { get: tail } = document.paths[`${base}/logs/{log}/records`];
    for (const text of [session.description, tail.responses[101].description])
      for (const name of ["SessionClientMessage", "SessionServerMessage"])
        expect(text).toContain(`#/components/schemas/${name}`);
  }
});
