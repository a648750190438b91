import { expect, test } from "vitest";
import {
  newKey,
  newSecret,
  publishedKey,
  signature,
  signingKeyOf,
} from "../../../src/streams/subscriptions/keys.ts";

const utf8 = new TextEncoder();

test("the published key verifies the signature, and holds no secret", async () => {
  const made = await newKey();
  const signing = await signingKeyOf(made);
  const published = await publishedKey(made);
  expect(published).toEqual({
    ...{ kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA", kid: signing.kid },
    x: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
  });
  const header = await signature(signing, '{"a":1}', 1_700_000_000_999);
  const [, kid, base64] = /^t=1700000000,kid=([^,]+),ed25519=([A-Za-z0-9_-]+)$/.exec(header) ?? [];
  expect(kid).toBe(published.kid);
  const { kty, crv, x } = published;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
  const verify = (body: string) =>
    crypto.subtle.verify("Ed25519", key, Buffer.from(base64 ?? "", "base64url"), utf8.encode(body));
  expect(await verify('1700000000.{"a":1}')).toBe(true);
  expect(await verify('1700000001.{"a":1}')).toBe(false);
});

test("the id of a key is its thumbprint", async () => {
  const { x, kid } = await publishedKey(await newKey());
  const digest = await crypto.subtle.digest(
    "SHA-256",
    utf8.encode(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`),
  );
  expect(kid).toBe(`ds_${Buffer.from(digest).toString("base64url")}`);
});

test("a secret has 32 bytes, and is different each time", () => {
  expect(newSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(newSecret()).not.toBe(newSecret());
});
