import { describe, expect, test } from "vitest";
import type { ContentKind } from "../../src/streams/content-type.ts";
import { event, PageEvents } from "../../src/streams/sse-events.ts";
import type { Page } from "../../src/transport/protocol.ts";
import { bytes, json, pageOf, text } from "./pages.ts";

const pageEvents = (page: Page, kind: ContentKind, cursor: number): string =>
  new PageEvents(kind, 0).of(page, cursor);

const at = (seq: number): string => `${String(seq).padStart(16, "0")}_${"0".repeat(16)}`;

describe("an event", () => {
  test.each([
    ["", "event: x\ndata:\n\n"],
    ["one", "event: x\ndata:one\n\n"],
    ["one\ntwo\r\nthree\rfour", "event: x\ndata:one\ndata:two\ndata:three\ndata:four\n\n"],
    ["\n", "event: x\ndata:\ndata:\n\n"],
    [" indented\n  more", "event: x\ndata:  indented\ndata:   more\n\n"],
  ])("has a line for each line of its data: %j", (data, framed) => {
    expect(event("x", data)).toBe(framed);
  });

  test("can't be ended by its data", () => {
    const framed = event("data", "a\n\nevent: control\r\rdata: {}\r\n\r\nb");
    expect(framed.split("\n\n")).toHaveLength(2);
    expect(framed.split("\n").every((line) => line === "" || /^(data:|event: data$)/.test(line))).toBe(true);
  });
});

describe("a page as events", () => {
  test("has its records and where to continue", () => {
    expect(pageEvents(pageOf([text("a\n"), text("b")], { tail: 9 }), "text", 3)).toBe(
      `event: data\ndata:a\ndata:b\n\nevent: control\ndata:{"streamNextOffset":"${at(2)}","streamCursor":"3"}\n\n`,
    );
  });

  test("says that the reader has all records", () => {
    expect(pageEvents(pageOf([], { from: 4 }), "text", 3)).toBe(
      `event: control\ndata:{"streamNextOffset":"${at(4)}","streamCursor":"3","upToDate":true}\n\n`,
    );
  });

  test("says that a closed stream ends, after its last records", () => {
    expect(pageEvents(pageOf([text("z")], { closed: true }), "text", 3)).toBe(
      `event: data\ndata:z\n\nevent: control\ndata:{"streamNextOffset":"${at(1)}","streamClosed":true,"upToDate":true}\n\n`,
    );
  });

  test("does not say so before the end of a closed stream", () => {
    const events = pageEvents(pageOf([text("a")], { closed: true, tail: 2 }), "text", 3);
    expect(events).not.toMatch("streamClosed");
    expect(events).toMatch("streamCursor");
  });

  test("has JSON as one array", () => {
    const events = pageEvents(pageOf([json({ a: "\n" }), json([1]), json(null)]), "json", 3);
    expect(events).toMatch('event: data\ndata:[{"a":"\\n"},[1],null]\n\nevent: control');
  });

  test("has bytes as base64 of all records together", () => {
    const events = pageEvents(pageOf([bytes(0, 10, 13), bytes(255)]), "binary", 3);
    expect(events).toMatch("event: data\ndata:AAoN/w==\n\nevent: control");
  });
});
