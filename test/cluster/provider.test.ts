import { afterAll, expect, test } from "vitest";
import { Provider } from "../http/provider.ts";
import { Signer } from "../http/signer.ts";
import { useCluster } from "./local-cluster.ts";

const provider = new Provider();
await provider.start();
afterAll(() => provider.stop());
const cluster = useCluster({ vars: { ADMIN_TOKEN: "t", JWKS_URL: provider.url, JWT_AUDIENCE: "log" } });

async function ask(token: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${cluster.url}/v1/logs`, { headers });
  await response.arrayBuffer();
  return response.status;
}

test("many requests at once wait for one fetch of the provider's keys, though the first is given up", async () => {
  const signers = await Promise.all(["RS256", "ES256", "EdDSA"].map((alg) => Signer.make(alg, alg)));
  provider.signers = signers;
  const tokens = await Promise.all(signers.map((signer) => signer.token({ aud: "log" })));
  const first = new AbortController();
  const asked = new Promise<void>((resolve) => {
    provider.instead = () => resolve();
  });
  const headers = { Authorization: `Bearer ${tokens[0]}` };
  const given = fetch(`${cluster.url}/v1/logs`, { headers, signal: first.signal }).catch(() => "given up");
  await asked;
  provider.instead = null;
  first.abort();
  expect(await given).toBe("given up");
  // Until that is over, or a new attempt is due, they may hear that there are no keys.
  await expect.poll(() => ask(tokens[0] ?? ""), { timeout: 10_000 }).toBe(200);
  const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => ask(tokens[at % 3] ?? "")));
  expect(new Set(answers)).toEqual(new Set([200]));
  expect(provider.asked).toBe(2);
}, 20_000);

test("keys that are known verify while the provider is down; strangers are refused at once", async () => {
  const [known] = provider.signers;
  provider.instead = (response) => response.destroy();
  const stranger = await (await Signer.make("ES256", "stranger")).token({ aud: "log" });
  const tokens = [await known?.token({ aud: "log" }), stranger, await known?.token({ aud: "another" })];
  const answers = await Promise.all(tokens.map((token) => ask(token ?? "")));
  expect(answers).toEqual([200, 401, 401]);
});
