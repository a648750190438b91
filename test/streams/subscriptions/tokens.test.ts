import { sign } from "hono/jwt";
import { expect, test } from "vitest";
import type { Subscription } from "../../../src/streams/subscriptions/state.ts";
import { mintToken, tokenFault } from "../../../src/streams/subscriptions/tokens.ts";
import { looked } from "../../../src/streams/subscriptions/waking.ts";
import { lookAt, refOf, subscriptionOf, webhook } from "./fixture.ts";

const woken = looked(subscriptionOf(webhook), lookAt({ "events/a": 5 }), "w1", 1);
const next: Subscription = { ...woken, generation: 2, wake: woken.wake && { ...woken.wake, id: "w2" } };

const codeOf = async (token: string, subscription = woken, asked = refOf(subscription), secret = "secret") =>
  (await tokenFault(token, secret, subscription, asked))?.code ?? null;

test("a token is valid for the wake that it came with", async () => {
  expect(await codeOf(await mintToken(woken, "secret"))).toBeNull();
});

test("a token of an earlier wake is too late, and so is a request that names another wake", async () => {
  const token = await mintToken(woken, "secret");
  expect(await codeOf(token, next)).toBe("FENCED");
  expect(await codeOf(token, next, refOf(woken))).toBe("FENCED");
  expect(await codeOf(token, woken, refOf(next))).toBe("FENCED");
  expect(await codeOf(token, woken, { generation: 1, wakeId: "w2" })).toBe("FENCED");
  expect(await codeOf(token, { ...woken, wake: null }, refOf(woken))).toBe("FENCED");
});

test("a token of another subscription, or of another life of this one, is not valid", async () => {
  const token = await mintToken(woken, "secret");
  expect(await codeOf(token, { ...woken, id: "other" })).toBe("TOKEN_INVALID");
  expect(await codeOf(token, { ...woken, incarnation: "life-2" })).toBe("TOKEN_INVALID");
});

test("a token that was signed with another secret is not valid", async () => {
  const token = await mintToken(woken, "secret");
  expect(await codeOf(token, woken, refOf(woken), "another secret")).toBe("TOKEN_INVALID");
  const [head, body] = token.split(".");
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  for (const forged of ["", "x", `${head}.${body}.`, `${unsigned}.${body}.`, `${head}.${body}.AAAA`])
    expect(await codeOf(forged)).toBe("TOKEN_INVALID");
  expect(await codeOf(await sign({ sub: "sub" }, "secret", "HS256"))).toBe("TOKEN_INVALID");
});

test("a token is valid while its wake is in flight, also one with an expiry from an earlier version", async () => {
  const { id: sub, incarnation, generation, wake } = woken;
  const exp = Math.floor(Date.now() / 1_000) - 1;
  const expired = await sign({ sub, incarnation, generation, wake_id: wake?.id, exp }, "secret", "HS256");
  expect(await codeOf(expired)).toBeNull();
  expect(await codeOf(expired, next)).toBe("FENCED");
});
