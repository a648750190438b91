import { describe, expect, test } from "vitest";
import { Streams } from "../streams/streams.ts";

/** Both faces have the same logs: a type that one of them takes is one that the other takes, too. */
describe("the media type of a log", () => {
  const longest = `a/${"x".repeat(253)}`;

  test.each([
    ["application/json", true],
    ["text/x~log|1", true],
    [longest, true],
    [`${longest}x`, false],
    ["text", false],
    ["text/", false],
    ["té/xt", false],
  ])("%s is taken by both faces, or by none: %s", async (type, isTaken) => {
    const api = new Streams();
    const native = await api.sendJson("PUT", "/v1/logs/native", { content_type: type });
    const stream = await api.put("stream", { "Content-Type": type });
    expect([native.status, stream.status]).toEqual(isTaken ? [201, 201] : [400, 400]);
  });
});
