import { expect, test } from "vitest";
import { useScene } from "./scene.ts";

const scene = await useScene("fetched");

test("a page of another origin appends, and can read the answers", async () => {
  const { page, errors } = await scene.browser.open(scene.allowed);
  const seen = await page.evaluate(
    async ({ url, token }) => {
      const Authorization = `Bearer ${token}`;
      const producer = { "Producer-Id": "page", "Producer-Epoch": "0", "Producer-Seq": "0" };
      const headers = { Authorization, "Content-Type": "application/json", ...producer };
      const body = JSON.stringify({ records: [{ json: { n: 1 } }, { data: "two" }] });
      const appended = await (await fetch(url, { method: "POST", headers, body })).json();
      const first = await fetch(`${url}?limit=1&from=0`, { headers: { Authorization }, cache: "no-store" });
      const known = { Authorization, "If-None-Match": first.headers.get("ETag") ?? "" };
      const again = await fetch(`${url}?limit=1&from=0`, { headers: known, cache: "no-store" });
      return {
        appended,
        page: await first.json(),
        next: first.headers.get("Timberline-Next"),
        tag: first.headers.get("ETag"),
        status: again.status,
      };
    },
    { url: scene.records("fetched"), token: await scene.token("fetched") },
  );
  expect(seen).toMatchObject({
    appended: { start: 0, end: 2, duplicate: false },
    page: { records: [{ seq: 0, json: { n: 1 } }], next: 1, tail: 2 },
    next: "1",
    tag: expect.stringMatching(/^W\/"/),
    status: 304,
  });
  expect(errors).toEqual([]);
  await page.close();
});

test("it can read why it was refused", async () => {
  const { page, errors } = await scene.browser.open(scene.allowed);
  const refused = await page.evaluate(
    async ({ url, token }) => {
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await fetch(url, { method: "POST", headers, body: "x" });
      const stranger = await fetch(url);
      const { type } = await answer.json();
      return { status: answer.status, type, challenge: stranger.headers.get("WWW-Authenticate") };
    },
    { url: scene.records("nowhere"), token: await scene.token("nowhere") },
  );
  expect(refused).toEqual({ status: 404, type: "/problems/log-not-found", challenge: "Bearer" });
  expect(errors.map((text) => /status of (\d+)/.exec(text)?.[1])).toEqual(["404", "401"]);
  await page.close();
});

test("a page of an origin that is not listed reads nothing, and sends nothing that needs a preflight", async () => {
  const { page, errors } = await scene.browser.open(scene.foreign);
  const outcomes = await page.evaluate(
    async ({ url, token }) => {
      const outcome = (init: RequestInit) =>
        fetch(url, init).then(
          ({ status }) => String(status),
          (error: Error) => error.name,
        );
      const headers = { Authorization: `Bearer ${token}` };
      return [
        await outcome({ method: "POST", headers, body: "from elsewhere" }),
        await outcome({ headers }),
        await outcome({}),
      ];
    },
    { url: scene.records("fetched"), token: await scene.token("fetched") },
  );
  expect(outcomes).toEqual(["TypeError", "TypeError", "TypeError"]);
  expect(errors.filter((text) => text.includes("blocked by CORS policy"))).toHaveLength(3);
  expect(await scene.admin.tail("fetched")).toBe(2);
  await page.close();
});
