import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useScene } from "./scene.ts";

declare global {
  interface Window {
    /** A socket of the page, and the messages that it has received. */
    socket: WebSocket;
    // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any kind
    said: any[];
  }
}

const scene = await useScene("spoken");

/** Opens a socket in a page with a token, and returns the negotiated sub-protocol. */
async function openSocket(page: Page, url: string): Promise<string> {
  const token = await scene.token("spoken");
  return page.evaluate(
    ({ url, token }) => {
      const encoded = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      const protocols = ["timberline.v1", `timberline.bearer.${encoded}`];
      window.said = [];
      window.socket = new WebSocket(url.replace("http", "ws"), protocols);
      window.socket.addEventListener("message", ({ data }) => window.said.push(JSON.parse(data)));
      return new Promise<string>((resolve, reject) => {
        window.socket.addEventListener("open", () => resolve(window.socket.protocol));
        window.socket.addEventListener("close", ({ code }) => reject(new Error(`closed with ${code}`)));
      });
    },
    { url, token },
  );
}

/** Waits for this many records of a tail, and returns their texts. */
async function textsOf(page: Page, tail: number, count: number): Promise<readonly string[]> {
  const found = await page.waitForFunction(
    ({ tail, count }) => {
      const pages = window.said.filter((message) => message.kind === "records" && message.tail === tail);
      const texts = pages.flatMap(({ records }) => records.map((record: { data: string }) => record.data));
      return texts.length >= count && texts;
    },
    { tail, count },
  );
  return (await found.jsonValue()) as readonly string[];
}

test("a page follows a log over a WebSocket", async () => {
  await scene.admin.append("spoken", { id: "writer", seq: 0 }, "before");
  const { page, errors } = await scene.browser.open(scene.allowed);
  expect(await openSocket(page, `${scene.records("spoken")}?from=earliest`)).toBe("timberline.v1");
  expect(await textsOf(page, 0, 1)).toEqual(["before"]);
  await scene.admin.append("spoken", { id: "writer", seq: 1 }, "after");
  expect(await textsOf(page, 0, 2)).toEqual(["before", "after"]);
  expect(errors).toEqual([]);
  await page.close();
});

test("a page of any origin appends and follows in one session: its token says what it may do", async () => {
  const from = await scene.admin.tail("spoken");
  for (const [round, origin] of [scene.allowed, scene.foreign].entries()) {
    const { page, errors } = await scene.browser.open(origin);
    expect(await openSocket(page, scene.sessions())).toBe("timberline.v1");
    const start = from + round;
    await page.evaluate((seq) => {
      const say = (message: unknown) => window.socket.send(JSON.stringify(message));
      say({ kind: "tail", tail: 7, log: "spoken", from: seq });
      say({ kind: "append", id: 1, log: "spoken", records: [{ data: `at ${seq}` }] });
      say({ kind: "append", id: 2, log: "elsewhere", records: [{ data: "not mine" }] });
    }, start);
    expect(await textsOf(page, 7, 1)).toEqual([`at ${start}`]);
    const kinds = ["appended", "error"];
    await page.waitForFunction(
      (kinds) => kinds.every((kind) => window.said.some((one) => one.kind === kind)),
      kinds,
    );
    const said = await page.evaluate(() => window.said);
    expect(said.find(({ kind }) => kind === "appended")).toMatchObject({ id: 1, start, end: start + 1 });
    expect(said.find(({ kind }) => kind === "error")).toMatchObject({ id: 2, problem: { status: 403 } });
    expect(errors).toEqual([]);
    await page.close();
  }
});
