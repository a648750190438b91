import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { eventStream } from "../../../src/api/logs/event-relay.ts";
import { TAIL_CREDIT } from "../../../src/sessions/protocol.ts";
import { FakeSocket } from "../../sessions/fake-socket.ts";

let socket: FakeSocket;
let reader: ReadableStreamDefaultReader<Uint8Array>;
beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  reader = eventStream(socket, 1_000).getReader();
});
afterEach(() => {
  vi.useRealTimers();
});

async function next(): Promise<string | undefined> {
  const { done, value } = await reader.read();
  return done ? undefined : new TextDecoder().decode(value);
}

describe("an event stream", () => {
  test("begins with when to come back, and passes on what a node says", async () => {
    expect(await next()).toBe("retry: 500\n\n");
    socket.say("one");
    socket.say("two");
    expect([await next(), await next()]).toEqual(["one", "two"]);
    const waiting = next();
    socket.say("three");
    expect(await waiting).toBe("three");
  });

  test("gives credit back as its reader takes what came, and no sooner", async () => {
    await next();
    socket.say("x".repeat(TAIL_CREDIT / 2 - 1));
    socket.say("yy");
    expect(socket.sent).toEqual([]);
    await next();
    expect(socket.sent).toEqual([{ kind: "credit", tail: 0, bytes: TAIL_CREDIT / 2 + 1 }]);
    await next();
    socket.say("z");
    await next();
    expect(socket.sent).toHaveLength(1);
  });

  test("gives signs of life in silence, one at a time", async () => {
    await next();
    vi.advanceTimersByTime(1_000);
    socket.say("a");
    expect(await next()).toBe("a");
    vi.advanceTimersByTime(10_000);
    expect(await next()).toBe(": nothing yet\n\n");
    const waiting = next();
    vi.advanceTimersByTime(1_000);
    expect(await waiting).toBe(": nothing yet\n\n");
  });

  test("ends with the socket, after what that has said", async () => {
    await next();
    socket.say("last");
    socket.end();
    expect([await next(), await next()]).toEqual(["last", undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends when its time is over, after what came until then, and closes the socket", async () => {
    reader = eventStream(socket, 1_000, [], 5_000).getReader();
    await next();
    socket.say("last");
    vi.advanceTimersByTime(4_999);
    expect(socket.closed).toBeNull();
    vi.advanceTimersByTime(1);
    socket.say("late");
    expect(socket.closed).toBe(1000);
    expect([await next(), await next()]).toEqual(["last", undefined]);
  });

  test("that its reader leaves closes the socket", async () => {
    await reader.cancel();
    expect(socket.closed).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
