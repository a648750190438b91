import type { z } from "@hono/zod-openapi";
import { encodeBase64Url } from "hono/utils/encode";
import type { Documents } from "./documents.ts";
import type { publicKeyOutput } from "./output.ts";

const SIGNING_KEY = "key:signing";
const TOKEN_SECRET = "key:tokens";
const secretBytes = 32;
const algorithm = { name: "Ed25519" };
const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() };

type PublicKey = z.infer<typeof publicKeyOutput>;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** The key that signs webhooks; made on first use, and the same for ever. */
export async function signingKey(documents: Documents): Promise<SigningKey> {
  const jwk = parse(await once(documents, SIGNING_KEY, newSigningKey));
  const privateKey = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]);
  return { kid: await keyId(jwk), privateKey };
}

/** The public keys; none before there was a webhook. Makes no key: who asks may be anybody. */
export async function publicKeys(documents: Documents): Promise<readonly PublicKey[]> {
  const document = await documents.get(SIGNING_KEY);
  if (document === null) return [];
  const jwk = parse(document.value);
  const { x = "" } = jwk;
  return [{ kty: "OKP", crv: "Ed25519", x, kid: await keyId(jwk), use: "sig", alg: "EdDSA" }];
}

/** What the tokens of workers are signed with; made on first use, and known to nobody else. */
export async function tokenSecret(documents: Documents): Promise<string> {
  return utf8.decode.decode(await once(documents, TOKEN_SECRET, newSecret));
}

/** The header `Webhook-Signature` of a body, sent at `now`, ms since the epoch (§7.1). */
export async function signature({ kid, privateKey }: SigningKey, body: string, now: number): Promise<string> {
  const timestamp = Math.floor(now / 1_000);
  const signed = utf8.encode.encode(`${timestamp}.${body}`);
  const bytes = await crypto.subtle.sign(algorithm, privateKey, signed);
  return `t=${timestamp},kid=${kid},ed25519=${unpadded(bytes)}`;
}

/** Of several that make a value at once, all get that of the first. */
async function once(documents: Documents, key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const there = await documents.get(key);
  if (there !== null) return there.value;
  const value = await make();
  if ((await documents.put(key, value, 0)) !== null) return value;
  return once(documents, key, make);
}

async function newSigningKey(): Promise<Uint8Array> {
  const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const { kty, crv, x, d } = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
  return utf8.encode.encode(JSON.stringify({ kty, crv, x, d }));
}

async function newSecret(): Promise<Uint8Array> {
  return utf8.encode.encode(unpadded(crypto.getRandomValues(new Uint8Array(secretBytes)).buffer));
}

/** The thumbprint of the key (RFC 7638 §3), as an id. */
async function keyId({ crv, kty, x }: JsonWebKey): Promise<string> {
  const canonical = JSON.stringify({ crv, kty, x });
  return `ds_${unpadded(await crypto.subtle.digest("SHA-256", utf8.encode.encode(canonical)))}`;
}

const parse = (value: Uint8Array): JsonWebKey => JSON.parse(utf8.decode.decode(value)) as JsonWebKey;

const unpadded = (bytes: ArrayBufferLike): string => encodeBase64Url(bytes).replace(/=+$/, "");
