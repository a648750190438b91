import type { z } from "@hono/zod-openapi";
import { encodeBase64Url } from "hono/utils/encode";
import type { publicKeyOutput } from "./output.ts";

const secretBytes = 32;
const algorithm = { name: "Ed25519" };
const utf8 = new TextEncoder();

/** A public key of Ed25519 (RFC 8037). */
export interface PublicKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
}

export interface PrivateKey extends PublicKey {
  readonly d: string;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

export async function newKey(): Promise<PrivateKey> {
  const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const { x = "", d = "" } = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
  return { kty: "OKP", crv: "Ed25519", x, d };
}

export function newSecret(): string {
  return unpadded(crypto.getRandomValues(new Uint8Array(secretBytes)).buffer);
}

export function publicPart({ kty, crv, x }: PublicKey): PublicKey {
  return { kty, crv, x };
}

/** Imports a key for signing. */
export async function signingKeyOf(key: PrivateKey): Promise<SigningKey> {
  const { kty, crv, x, d } = key;
  const privateKey = await crypto.subtle.importKey("jwk", { kty, crv, x, d }, algorithm, false, ["sign"]);
  return { kid: await keyId(key), privateKey };
}

/** A key in its published form (§6.5). */
export async function publishedKey(key: PublicKey): Promise<z.infer<typeof publicKeyOutput>> {
  return { ...publicPart(key), kid: await keyId(key), use: "sig", alg: "EdDSA" };
}

/** The header `Webhook-Signature` of a body, sent at `now`, ms since the epoch (§7.1). */
export async function signature({ kid, privateKey }: SigningKey, body: string, now: number): Promise<string> {
  const timestamp = Math.floor(now / 1_000);
  const signed = utf8.encode(`${timestamp}.${body}`);
  const bytes = await crypto.subtle.sign(algorithm, privateKey, signed);
  return `t=${timestamp},kid=${kid},ed25519=${unpadded(bytes)}`;
}

/** The thumbprint of a key (RFC 7638 §3), as an id. */
async function keyId({ crv, kty, x }: PublicKey): Promise<string> {
  const canonical = JSON.stringify({ crv, kty, x });
  return `ds_${unpadded(await crypto.subtle.digest("SHA-256", utf8.encode(canonical)))}`;
}

const unpadded = (bytes: ArrayBufferLike): string => encodeBase64Url(bytes).replace(/=+$/, "");
