import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useScene } from "./scene.ts";

declare global {
  interface Window {
    /** The records that an event stream of the page has received. */
    followed: { opens: number; readonly texts: string[] };
  }
}

const scene = await useScene("followed");
const producer = "writer";

async function address(): Promise<string> {
  const query = new URLSearchParams({ from: "earliest", access_token: await scene.token("followed") });
  return `${scene.records("followed")}?${query}`;
}

/** Appends the next text, and waits until the page has it and all earlier ones. */
async function appendNext(page: Page, texts: string[]): Promise<void> {
  const seq = texts.length;
  texts.push(`record ${seq}`);
  await scene.admin.append("followed", { id: producer, seq }, `record ${seq}`);
  await page.waitForFunction((count) => window.followed.texts.length >= count, texts.length);
}

test("an event stream continues by itself when the leader crashes: every record once, in order", async () => {
  const { page, errors } = await scene.browser.open(scene.allowed);
  await page.evaluate(
    (url) => {
      window.followed = { opens: 0, texts: [] };
      const source = new EventSource(url);
      source.addEventListener("open", () => {
        window.followed.opens += 1;
      });
      source.addEventListener("record", ({ data }) => window.followed.texts.push(JSON.parse(data).data));
    },
    await address(),
  );
  const texts: string[] = [];
  await appendNext(page, texts);
  // The test does not know which node serves the stream. So each node leads and crashes, until it was that one.
  for (const node of [1, 2, 3]) {
    await scene.admin.crashAsLeader(node);
    await appendNext(page, texts);
    if ((await page.evaluate(() => window.followed.opens)) > 1) break;
  }
  await appendNext(page, texts);
  const followed = await page.evaluate(() => window.followed);
  expect(followed.opens).toBeGreaterThan(1);
  expect(followed.texts).toEqual(texts);
  expect(errors).toEqual([]);
  await page.close();
});

test("a page of an origin that is not listed gets no event stream", async () => {
  const { page, errors } = await scene.browser.open(scene.foreign);
  const state = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const source = new EventSource(url);
        source.addEventListener("open", () => resolve("open"));
        source.addEventListener("error", () => resolve(source.readyState === EventSource.CLOSED));
      }),
    await address(),
  );
  expect(state).toBe(true);
  expect(errors.filter((text) => text.includes("blocked by CORS policy"))).toHaveLength(1);
  await page.close();
});
