import { expect, test } from "vitest";
import { Documents } from "../../../src/streams/subscriptions/documents.ts";
import { publicKeys, signature, signingKey, tokenSecret } from "../../../src/streams/subscriptions/keys.ts";
import { MemoryBacking } from "./memory-backing.ts";

const utf8 = new TextEncoder();

test("there is no key before one is needed, and looking makes none", async () => {
  const backing = new MemoryBacking();
  expect(await publicKeys(new Documents(backing))).toEqual([]);
  expect(backing.commands).toEqual([]);
});

test("several that need a key at once get the same, and so does everybody later", async () => {
  const backing = new MemoryBacking();
  const keys = await Promise.all([1, 2, 3].map(() => signingKey(new Documents(backing))));
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
  expect((await signingKey(new Documents(backing))).kid).toBe(keys[0]?.kid);
  const secrets = await Promise.all([1, 2, 3].map(() => tokenSecret(new Documents(backing))));
  expect(new Set(secrets).size).toBe(1);
  expect(secrets[0]).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test("what is published verifies what is signed, and holds nothing secret", async () => {
  const documents = new Documents(new MemoryBacking());
  const signing = await signingKey(documents);
  const [published] = await publicKeys(documents);
  expect(published).toEqual({
    ...{ kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA", kid: signing.kid },
    x: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
  });
  const header = await signature(signing, '{"a":1}', 1_700_000_000_999);
  const [, kid, base64] = /^t=1700000000,kid=([^,]+),ed25519=([A-Za-z0-9_-]+)$/.exec(header) ?? [];
  expect(kid).toBe(published?.kid);
  const { kty = "", crv = "", x = "" } = published ?? {};
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
  const verify = (body: string) =>
    crypto.subtle.verify("Ed25519", key, Buffer.from(base64 ?? "", "base64url"), utf8.encode(body));
  expect(await verify('1700000000.{"a":1}')).toBe(true);
  expect(await verify('1700000001.{"a":1}')).toBe(false);
});

test("the id of a key is its thumbprint", async () => {
  const documents = new Documents(new MemoryBacking());
  const { kid } = await signingKey(documents);
  const [published] = await publicKeys(documents);
  const canonical = `{"crv":"Ed25519","kty":"OKP","x":"${published?.x}"}`;
  const digest = await crypto.subtle.digest("SHA-256", utf8.encode(canonical));
  expect(kid).toBe(`ds_${Buffer.from(digest).toString("base64url")}`);
});
