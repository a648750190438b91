import { request } from "undici";
import { beforeAll, describe, expect, test } from "vitest";
import { useCluster } from "./local-cluster.ts";
import { Socket } from "./sockets.ts";

const ours = "https://app.example";
const others = "https://other.example";
const bearer = { Authorization: "Bearer t" };

describe("pages of other origins", () => {
  const cluster = useCluster({ vars: { ADMIN_TOKEN: "t", CORS_ORIGINS: ours } });
  const records = () => new URL("/v1/logs/a/records", cluster.url);

  const send = (url: URL, method: string, headers: Record<string, string>, body: string | null = null) =>
    fetch(url, { method, headers, body });

  beforeAll(async () => {
    await send(new URL("/v1/logs/a", cluster.url), "PUT", bearer);
    await send(records(), "POST", { ...bearer, "Content-Type": "text/plain" }, "first");
  });

  test("ask before they append, append, and read what they got", async () => {
    const asking = { Origin: ours, "Access-Control-Request-Method": "POST" };
    const preflight = await send(records(), "OPTIONS", asking);
    expect([preflight.status, await preflight.text()]).toEqual([204, ""]);
    expect(preflight.headers.get("Access-Control-Allow-Origin")).toBe(ours);
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toBe("GET,HEAD,POST");

    const sent = { Origin: ours, ...bearer, "Content-Type": "text/plain" };
    const appended = await send(records(), "POST", sent, "by a page");
    expect(await appended.json()).toMatchObject({ start: 1, end: 2 });
    for (const headers of [{ Origin: ours, ...bearer }, { Origin: ours }]) {
      const answer = await send(records(), "GET", headers);
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(ours);
      expect(answer.headers.get("Vary")).toContain("Origin");
      expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("Timberline-Next");
      await answer.body?.cancel();
    }
    const refused = await send(records(), "GET", { Origin: others, ...bearer });
    expect([refused.status, refused.headers.get("Access-Control-Allow-Origin")]).toEqual([200, null]);
    expect(refused.headers.get("Vary")).toContain("Origin");
    await refused.body?.cancel();
  });

  test("read event streams as they come", async () => {
    const answer = await send(records(), "GET", { Origin: ours, ...bearer, Accept: "text/event-stream" });
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(ours);
    expect(answer.headers.get("Vary")).toContain("Origin");
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes("first")) break;
    }
    expect(text).toContain("event: record");
  });

  test("open sockets by their token alone", async () => {
    const socket = new Socket(cluster.url, "/v1/logs/a/records?from=earliest", { Origin: others, ...bearer });
    expect(await socket.untilTexts(0, 1)).toContain("first");
    socket.close();
    const stranger = new Socket(cluster.url, "/v1/logs/a/records", { Origin: ours });
    expect(await stranger.untilClosed()).toMatchObject({ code: 1006 });
  });
});

describe("a local cluster without a secret", () => {
  const cluster = useCluster();

  test.each([{ Origin: others }, { Host: "evil.example" }])(
    "keeps to its own machine: %j",
    async (headers) => {
      const url = new URL("/v1/logs/a", cluster.url);
      const { statusCode, body } = await request(url, { method: "PUT", headers });
      expect([statusCode, await body.json()]).toMatchObject([403, { type: "/problems/origin-refused" }]);
      const found = await request(url);
      expect(found.statusCode).toBe(404);
      await found.body.dump();
    },
  );

  test("opens no socket for pages from elsewhere", async () => {
    const stranger = new Socket(cluster.url, "/v1/sessions", { Origin: others });
    expect(await stranger.untilClosed()).toMatchObject({ code: 1006 });
    const neighbour = new Socket(cluster.url, "/v1/sessions", { Origin: "http://localhost:5173" });
    expect(await neighbour.until("welcome")).toHaveProperty("tails_max");
    neighbour.close();
  });
});
