import { describe, expect, test } from "vitest";
import { Problem } from "../../src/http/problem.ts";
import { type EventSource, eventStream, STREAM_MS } from "../../src/streams/event-stream.ts";
import type { Page } from "../../src/transport/protocol.ts";
import { pageOf, text } from "./pages.ts";

/** Returns these pages, one after the other, and counts how many were requested. */
class Pages implements EventSource {
  time = 0;
  expiresAt: number | null = null;
  readonly asked: { readonly seq: number; readonly waitMs: number }[] = [];
  readonly #pages: (Page | Error)[];

  constructor(...pages: (Page | Error)[]) {
    this.#pages = pages;
  }

  now(): number {
    return this.time;
  }

  async follow(seq: number, waitMs: number): Promise<Page> {
    this.asked.push({ seq, waitMs });
    const page = this.#pages.shift() ?? pageOf([], { from: seq });
    if (page instanceof Error) throw page;
    return page;
  }

  eventsOf(page: Page): string {
    return `${page.from}-${page.next};`;
  }
}

const read = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text();
const closed = pageOf([text("z")], { from: 2, closed: true });

describe("an event stream", () => {
  test("continues where the last page ended, until the stream is closed and all of it is sent", async () => {
    const pages = new Pages(pageOf([text("b")], { from: 1, tail: 3, closed: true }), closed);
    expect(await read(eventStream(pageOf([text("a")]), pages))).toBe("0-1;1-2;2-3;");
    expect(pages.asked.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test("of a closed stream without remaining records says so, and ends", async () => {
    const pages = new Pages();
    expect(await read(eventStream(pageOf([], { from: 3, closed: true }), pages))).toBe("3-3;");
    expect(pages.asked).toEqual([]);
  });

  test("reads the next page only when the reader wants it", async () => {
    const pages = new Pages();
    const reader = eventStream(pageOf([text("a")], { tail: 9 }), pages).getReader();
    await reader.read();
    expect(pages.asked).toHaveLength(0);
    await reader.read();
    expect(pages.asked).toHaveLength(1);
    await reader.cancel();
    expect(pages.asked).toHaveLength(1);
  });

  test("ends when its time is over, and waits no longer", async () => {
    const pages = new Pages();
    const reader = eventStream(pageOf([]), pages).getReader();
    await reader.read();
    pages.time = STREAM_MS - 5;
    await reader.read();
    expect(pages.asked).toEqual([{ seq: 0, waitMs: 5 }]);
    pages.time = STREAM_MS;
    expect((await reader.read()).done).toBe(true);
    expect(pages.asked).toHaveLength(1);
  });

  test("ends when its token expires, and reads nothing after that", async () => {
    const pages = new Pages(pageOf([text("b")], { from: 1, tail: 9 }));
    pages.expiresAt = 10;
    const reader = eventStream(pageOf([text("a")], { tail: 9 }), pages).getReader();
    await reader.read();
    await reader.read();
    expect(pages.asked).toEqual([{ seq: 1, waitMs: 10 }]);
    pages.time = 10;
    expect((await reader.read()).done).toBe(true);
    expect(pages.asked).toHaveLength(1);
  });

  test("ends if a page can't be read", async () => {
    const pages = new Pages(new Problem("log-not-found", "gone"));
    expect(await read(eventStream(pageOf([text("a")]), pages))).toBe("0-1;");
  });

  test("does not hide a fault of the server", async () => {
    const pages = new Pages(new Error("broken"));
    await expect(read(eventStream(pageOf([text("a")]), pages))).rejects.toThrow("broken");
  });
});
