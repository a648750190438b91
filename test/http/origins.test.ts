import { describe, expect, test } from "vitest";
import { includesOrigin, originsOf } from "../../src/http/origins.ts";
import { Harness, problem } from "../api/harness.ts";

const read = (text: string) => originsOf({ CORS_ORIGINS: text });

describe("CORS_ORIGINS", () => {
  test.each([{}, { CORS_ORIGINS: "" }, { CORS_ORIGINS: " " }])("is none where it is not set: %j", (vars) => {
    expect(originsOf(vars)).toBe(null);
    expect(includesOrigin(originsOf(vars), "https://app.example")).toBe(false);
  });

  test("is all of them with *", () => {
    for (const origin of ["https://app.example", "null"])
      expect(includesOrigin(read(" * "), origin)).toBe(true);
  });

  test("is a list, of which each is compared as a whole", () => {
    const origins = read(
      "https://app.example, http://localhost:3000,capacitor://localhost,https://xn--bcher-kva.example",
    );
    for (const origin of ["https://app.example", "http://localhost:3000", "capacitor://localhost"])
      expect(includesOrigin(origins, origin)).toBe(true);
    for (const origin of [
      "http://app.example",
      "https://app.example:8443",
      "https://a.app.example",
      "null",
      "",
    ])
      expect(includesOrigin(origins, origin)).toBe(false);
  });

  test.each([
    ["https://app.example/", "Write https://app.example."],
    ["https://app.example/path", "Write https://app.example."],
    ["https://app.example:443", "Write https://app.example."],
    ["https://App.example", "Write https://app.example."],
    ["https://user@app.example", "Write https://app.example."],
    ["https://app.example?a=1", "Write https://app.example."],
    ["https://bücher.example", "Write https://xn--bcher-kva.example."],
    ["app.example", "Write a list like"],
    ["app.example:3000", "Write a list like"],
    ["https://*.app.example", "Write a list like"],
    ["*,https://app.example", "Write a list like"],
    ["https://app.example,", "Write a list like"],
    ["https://app.example https://b.example", "Write a list like"],
    ["null", "Write a list like"],
    ["file://", "Write a list like"],
  ])("that is no list of origins refuses every request, and says what to write: %s", async (text, how) => {
    const api = new Harness({ LOCAL: "on", CORS_ORIGINS: text });
    for (const path of ["/v1/logs", "/v1/stream/a", "/healthz", "/nowhere"]) {
      const answer = await api.send("GET", path);
      expect(answer).toMatchObject(problem(500, "misconfigured"));
      expect(answer.json.detail).toContain("CORS_ORIGINS");
      expect(answer.json.detail).toContain(how);
    }
    expect(api.nodes.touched.size).toBe(0);
  });
});
