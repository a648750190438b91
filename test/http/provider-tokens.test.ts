import { exportSPKI, importJWK, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Harness, problem, type Vars } from "../api/harness.ts";
import { Provider } from "./provider.ts";
import { Signer } from "./signer.ts";

const issuer = "https://id.example/";
const audience = "https://log.example";
const taken = { status: 200 };
const refused = problem(401, "unauthorized");
const now = Math.floor(Date.now() / 1_000);

const signers = new Map<string, Signer>();
for (const alg of ["RS256", "ES256", "EdDSA"]) signers.set(alg, await Signer.make(alg, alg));
const signer = await Signer.make("ES256", "another");
const ours = { aud: audience, iss: issuer };

let provider: Provider;
beforeEach(async () => {
  vi.spyOn(console, "warn").mockReturnValue();
  provider = new Provider();
  provider.signers = [...signers.values(), signer];
  await provider.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await provider.stop();
});

/** What the API says to the bearer of a token. */
function ask(token: string, vars: Vars = {}) {
  const api = new Harness({ LOCAL: "on", JWKS_URL: provider.url, JWT_AUDIENCE: audience, ...vars });
  return api.send("GET", "/v1/logs", { headers: { Authorization: `Bearer ${token}` } });
}

describe("a provider's token", () => {
  test.each([...signers])("of %s is taken", async (_, by) => {
    expect(await ask(await by.token(ours))).toMatchObject(taken);
    const forged = (await by.token(ours)).replace(/\.[^.]+$/, `.${(await by.token()).split(".")[2]}`);
    expect(await ask(forged)).toMatchObject(refused);
  });

  test("allows what its claims say", async () => {
    const token = await signer.token({ ...ours, actions: ["read"], prefix: "a/" });
    expect(await ask(token)).toMatchObject(problem(403, "forbidden"));
    expect(await ask(await signer.token({ ...ours, actions: undefined }))).toMatchObject(refused);
  });

  test.each<[string, Record<string, unknown>, Vars, RegExp | null]>([
    ["of the audience", { aud: audience }, {}, null],
    ["of several audiences", { aud: ["other", audience] }, {}, null],
    ["of another audience", { aud: "other" }, {}, /claim "aud"/],
    ["of no audience", {}, {}, /claim "aud"/],
    ["of the issuer", ours, { JWT_ISSUER: issuer }, null],
    [
      "of the issuer, without a look at the audience",
      { iss: issuer },
      { JWT_ISSUER: issuer, JWT_AUDIENCE: "" },
      null,
    ],
    ["of another issuer", { ...ours, iss: "https://id.example" }, { JWT_ISSUER: issuer }, /claim "iss"/],
    ["of no issuer", { aud: audience }, { JWT_ISSUER: issuer }, /claim "iss"/],
    ["that has expired", { ...ours, exp: now - 60 }, {}, /has expired/],
    ["that has just expired", { ...ours, exp: now - 1 }, {}, null],
    ["that is not valid yet", { ...ours, nbf: now + 60 }, {}, /not valid yet/],
  ])("%s", async (_, claims, vars, why) => {
    const answer = await ask(await signer.token(claims), vars);
    expect(answer).toMatchObject(why === null ? taken : refused);
    if (why !== null) expect(answer.json.detail).toMatch(why);
  });

  test("may have its claims in one of another name", async () => {
    const JWT_CLAIM = "https://log.example/timberline";
    const allowed = { actions: ["read"], prefix: "" };
    const within = await signer.token({
      ...ours,
      actions: undefined,
      prefix: undefined,
      [JWT_CLAIM]: allowed,
    });
    expect(await ask(within, { JWT_CLAIM })).toMatchObject(taken);
    expect(await ask(within)).toMatchObject(refused);
    const outside = await ask(await signer.token(ours), { JWT_CLAIM });
    expect(outside).toMatchObject(refused);
    expect(outside.json.detail).toContain(JWT_CLAIM);
  });

  test("stands beside an admin token and tokens of a secret", async () => {
    const vars = { ADMIN_TOKEN: "an-admin", JWT_SECRET: "a-secret" };
    expect(await ask("an-admin", vars)).toMatchObject(taken);
    expect(await ask(await bySecret("a-secret", ours), vars)).toMatchObject(taken);
    expect(provider.asked).toBe(0);
    expect(await ask(await signer.token(ours), vars)).toMatchObject(taken);
  });

  test("is made by one of the provider's keys, and by nothing that can be known of them", async () => {
    const rsa = signers.get("RS256")?.jwk ?? {};
    const pem = await exportSPKI((await importJWK(rsa, "RS256")) as CryptoKey);
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${(await signer.token(ours)).split(".")[1]}.`;
    const stranger = await Signer.make("ES256", "another");
    for (const vars of [{}, { JWT_SECRET: "a-secret" }]) {
      for (const secret of [pem, JSON.stringify(rsa), String(rsa.n)])
        for (const kid of ["RS256", undefined])
          expect(await ask(await bySecret(secret, ours, kid), vars)).toMatchObject(refused);
      for (const token of [none, await stranger.token(ours)])
        expect(await ask(token, vars)).toMatchObject(refused);
    }
  });

  test.each(["PS256", "RS512", "ES384"])("of %s is refused, though its key is published", async (alg) => {
    const other = await Signer.make(alg, alg);
    provider.signers = [other];
    expect(await ask(await other.token(ours))).toMatchObject(refused);
  });

  test("is refused where no provider is configured", async () => {
    const token = await signer.token(ours);
    expect(await ask(token, { JWKS_URL: "", JWT_SECRET: "a-secret" })).toMatchObject(refused);
  });
});

describe("two secrets", () => {
  const vars = { JWKS_URL: "", JWT_AUDIENCE: "" };

  test("sign at once, until the previous one is taken away", async () => {
    const both = { ...vars, JWT_SECRET: "new", JWT_SECRET_PREVIOUS: "old" };
    for (const secret of ["new", "old"]) expect(await ask(await bySecret(secret), both)).toMatchObject(taken);
    expect(await ask(await bySecret("older"), both)).toMatchObject(refused);
    expect(await ask(await bySecret("old", { exp: now - 60 }), both)).toMatchObject(refused);
    expect(await ask(await bySecret("old"), { ...vars, JWT_SECRET: "new" })).toMatchObject(refused);
  });

  test("of administrators too", async () => {
    const both = { ...vars, ADMIN_TOKEN: "new", ADMIN_TOKEN_PREVIOUS: "old" };
    for (const token of ["new", "old"]) expect(await ask(token, both)).toMatchObject(taken);
    for (const token of ["older", "", "undefined"]) expect(await ask(token, both)).toMatchObject(refused);
  });

  test.each(["ADMIN_TOKEN_PREVIOUS", "JWT_SECRET_PREVIOUS", "JWT_SECRET", "ADMIN_TOKEN"])(
    "%s alone turns authorization on",
    async (name) => {
      expect(await ask("", { ...vars, [name]: "x" })).toMatchObject(refused);
      expect(await ask("", vars)).toMatchObject(taken);
    },
  );
});

describe("a variable that is not valid", () => {
  const https = "https://id.example/keys";
  test.each<[Vars, RegExp]>([
    [{ JWKS_URL: "id.example/keys", JWT_AUDIENCE: audience }, /JWKS_URL must be a URL of https/],
    [{ JWKS_URL: "ftp://id.example/keys", JWT_AUDIENCE: audience }, /JWKS_URL must be/],
    [{ JWKS_URL: "http://id.example/keys", JWT_AUDIENCE: audience, LOCAL: "on" }, /JWKS_URL must be/],
    [{ JWKS_URL: "http://127.0.0.1/keys", JWT_AUDIENCE: audience }, /JWKS_URL must be/],
    [{ JWKS_URL: "https://me:secret@id.example/keys", JWT_AUDIENCE: audience }, /without a user/],
    [{ JWKS_URL: https }, /JWT_AUDIENCE or JWT_ISSUER/],
    [{ JWKS_URL: https, JWT_AUDIENCE: "", JWT_ISSUER: "", LOCAL: "on" }, /JWT_AUDIENCE or JWT_ISSUER/],
  ])("is told: %j", async (vars, why) => {
    const answer = await new Harness(vars).send("GET", "/v1/logs");
    expect(answer).toMatchObject(problem(500, "misconfigured"));
    expect(answer.json.detail).toMatch(why);
    expect(answer.text).not.toContain("secret");
  });
});

describe("a provider that can't be used", () => {
  test.each<[string, NonNullable<Provider["instead"]>]>([
    ["an error", (response) => response.writeHead(500).end("{}")],
    ["a redirection", (response) => response.writeHead(302, { Location: provider.url }).end()],
    ["no JSON", (response) => response.end("<html>")],
    ["nothing", (response) => response.end("null")],
    ["no set", (response) => response.end('{"keys":{}}')],
    ["an empty set", (response) => response.end('{"keys":[]}')],
    ["keys that are none", (response) => response.end('{"keys":[{"kid":"another"}]}')],
    ["a secret as a key", (response) => response.end('{"keys":[{"kty":"oct","k":"YQ","kid":"another"}]}')],
    ["far too much", (response) => response.end(`{"keys":[${" ".repeat(262_144)}]}`)],
    ["half of an answer", (response) => response.writeHead(200).write('{"keys":[', () => response.destroy())],
  ])("as it answers with %s", async (_, instead) => {
    provider.instead = instead;
    const vars = { ADMIN_TOKEN: "an-admin" };
    const answer = await ask(await signer.token(ours), vars);
    expect(answer).toMatchObject(problem(503, "keys-unavailable"));
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect(await ask("an-admin", vars)).toMatchObject(taken);
  });

  test("as it never answers", async () => {
    provider.instead = (response) => void response.flushHeaders();
    expect(await ask(await signer.token(ours))).toMatchObject(problem(503, "keys-unavailable"));
  });

  test("as it is down", async () => {
    await provider.stop();
    expect(await ask(await signer.token(ours))).toMatchObject(problem(503, "keys-unavailable"));
  });
});

function bySecret(secret: string, claims: Record<string, unknown> = {}, kid?: string): Promise<string> {
  const header = kid === undefined ? { alg: "HS256" } : { alg: "HS256", kid };
  return new SignJWT({ actions: ["read"], prefix: "", ...claims })
    .setProtectedHeader(header)
    .sign(new TextEncoder().encode(secret));
}
