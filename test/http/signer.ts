import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

/** A key of an identity provider. */
export class Signer {
  readonly jwk: JWK;
  readonly #alg: string;
  readonly #kid: string;
  readonly #key: CryptoKey;

  private constructor(alg: string, kid: string, key: CryptoKey, jwk: JWK) {
    this.#alg = alg;
    this.#kid = kid;
    this.#key = key;
    this.jwk = { ...jwk, kid, alg, use: "sig" };
  }

  static async make(alg: string, kid: string): Promise<Signer> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    return new Signer(alg, kid, privateKey, await exportJWK(publicKey));
  }

  /** A token for everything, for an hour, with these claims besides. */
  token(claims: Record<string, unknown> = {}): Promise<string> {
    const exp = Math.floor(Date.now() / 1_000) + 3_600;
    const all = { actions: ["read", "append", "admin"], prefix: "", exp };
    return new SignJWT({ ...all, ...claims })
      .setProtectedHeader({ alg: this.#alg, kid: this.#kid })
      .sign(this.#key);
  }
}
