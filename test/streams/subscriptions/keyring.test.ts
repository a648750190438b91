import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Documents } from "../../../src/streams/subscriptions/documents.ts";
import { KEY_LIFE_MS, KEY_OVERLAP_MS } from "../../../src/streams/subscriptions/key-rotation.ts";
import { Keyring, publicKeys } from "../../../src/streams/subscriptions/keyring.ts";
import { newKey, publishedKey } from "../../../src/streams/subscriptions/keys.ts";
import { MemoryBacking } from "./memory-backing.ts";

const SIGNING_KEYS = "key:signing";
const minute = 60_000;

let backing: MemoryBacking;
let documents: Documents;
let keyring: Keyring;

beforeEach(() => {
  backing = new MemoryBacking();
  documents = new Documents(backing);
  keyring = another();
});

/** The keyring of another life of the object, with an empty memory; all clocks agree. */
const another = () => new Keyring(documents, () => backing.now);

let wakes = 0;
/** Time passes, and a wake is written. */
async function pass(ms: number): Promise<void> {
  backing.now += ms;
  wakes += 1;
  await documents.put(`s:${wakes}`, new TextEncoder().encode(String(wakes)), 0);
}

const kid = async (ring = keyring) => (await ring.signing()).kid;
const published = async () => (await publicKeys(documents, backing.now)).map((key) => key.kid);

/** The next key signs. */
async function turn(): Promise<void> {
  await pass(KEY_LIFE_MS);
  await kid();
  await pass(KEY_OVERLAP_MS);
  await kid();
}

describe("the keys of webhooks", () => {
  it("do not exist before one is needed, and reading makes none", async () => {
    expect(await published()).toEqual([]);
    await keyring.revoke();
    expect(backing.commands).toEqual([]);
  });

  it("are the same for all that need one at once, and for all later", async () => {
    const kids = await Promise.all([another(), another(), another()].map(kid));
    expect(new Set(kids).size).toBe(1);
    expect(await kid()).toBe(kids[0]);
    const secrets = await Promise.all([another(), another(), another()].map((ring) => ring.secret()));
    expect(new Set(secrets).size).toBe(1);
    expect(await published()).toEqual([kids[0]]);
  });

  it("are rotated: the next is published, later it signs, and the last one stays published for some time", async () => {
    const first = await kid();
    await pass(KEY_LIFE_MS - 1);
    expect(await kid()).toBe(first);
    expect(await published()).toEqual([first]);
    await pass(minute);
    expect(await kid()).toBe(first);
    const [, second] = await published();
    expect(await published()).toEqual([first, second]);
    await pass(KEY_OVERLAP_MS - 1);
    expect(await kid()).toBe(first);
    await pass(minute);
    expect(await kid()).toBe(second);
    expect(await published()).toEqual([second, first]);
    backing.now += KEY_OVERLAP_MS - 1;
    expect(await published()).toEqual([second, first]);
    backing.now += 1;
    expect(await published()).toEqual([second]);
    await turn();
    expect(await published()).toEqual([await kid(), second]);
  });

  it("are rotated by the leader's clock, not by the clock of the object", async () => {
    const hasty = new Keyring(documents, () => backing.now + 10 * KEY_LIFE_MS);
    const first = await kid(hasty);
    await pass(KEY_LIFE_MS - 1);
    expect(await kid(hasty)).toBe(first);
    expect(await published()).toEqual([first]);
  });

  it("are rotated once, even if several do it at once, or an answer is lost", async () => {
    const first = await kid();
    await pass(KEY_LIFE_MS);
    backing.mishaps.push("lost-after");
    expect(new Set(await Promise.all([another(), another(), another()].map(kid)))).toEqual(new Set([first]));
    const [, second, ...more] = await published();
    expect(more).toEqual([]);
    await pass(KEY_OVERLAP_MS);
    backing.mishaps.push("late");
    expect(new Set(await Promise.all([another(), another(), another()].map(kid)))).toEqual(new Set([second]));
    expect(await published()).toEqual([second, first]);
  });

  it("are soon read again by an object that has them in memory", async () => {
    const first = await kid();
    await pass(KEY_LIFE_MS);
    const other = another();
    await kid(other);
    await pass(KEY_OVERLAP_MS);
    const second = await kid(other);
    // Meanwhile it has signed with the key in its memory, which is still published.
    expect(await published()).toEqual([second, first]);
    expect(await kid()).toBe(second);
  });

  it("of an earlier version stay in use, and that version finds the signing key in its place", async () => {
    const old = await newKey();
    await documents.put(SIGNING_KEYS, new TextEncoder().encode(JSON.stringify(old)), 0);
    const { kid: first } = await publishedKey(old);
    expect(await kid()).toBe(first);
    await turn();
    const document = await documents.get(SIGNING_KEYS);
    const seen = JSON.parse(new TextDecoder().decode(document?.value));
    expect((await publishedKey(seen)).kid).toBe(await kid());
    expect(await published()).toEqual([await kid(), first]);
  });

  it("are revoked at once, also the next ones, and again by a second revocation", async () => {
    const first = await kid();
    await pass(KEY_LIFE_MS);
    await kid();
    const before = await published();
    expect(before).toHaveLength(2);
    await keyring.revoke();
    const second = await kid();
    expect(before).not.toContain(second);
    expect(await published()).toEqual([second]);
    await keyring.revoke();
    expect([first, second]).not.toContain(await kid());
  });

  it("that are revoked while they are read are not kept", async () => {
    const first = await kid();
    await pass(minute);
    let late: Promise<string> = Promise.resolve("");
    backing.mishaps.push(async () => {
      const asked = backing.queries.length;
      late = kid();
      // The read of the ring, and the read of the leader's time.
      while (backing.queries.length < asked + 2) await Promise.resolve();
    });
    await keyring.revoke();
    const [second] = await published();
    expect(second).not.toBe(first);
    expect(await late).toBe(second);
    expect(await kid()).toBe(second);
  });
});

/** How long a verifier keeps a key set, and the greatest age of a signature that it accepts, ms. */
const keptMs = 6 * 3_600_000;

it("a verifier with a cached key set always knows the signing key, whatever is lost", async () => {
  const steps = fc.array(
    fc.record({
      ms: fc.oneof(
        fc.integer({ min: 1, max: 2 * minute }),
        fc.integer({ min: 1, max: 2 * KEY_OVERLAP_MS }),
        fc.integer({ min: 1, max: KEY_LIFE_MS }),
      ),
      who: fc.nat(2),
      isLost: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      backing = new MemoryBacking();
      documents = new Documents(backing);
      const lives = [another(), another(), another()];
      await kid(lives[0]);
      /** The published keys, and the time, at every look. */
      const sets: { readonly at: number; readonly kids: readonly string[] }[] = [];
      for (const { ms, who, isLost } of list) {
        await pass(ms);
        sets.push({ at: backing.now, kids: await published() });
        if (isLost) lives[who] = another();
        const signer = await kid(lives[who]);
        const kept = sets.filter(({ at }) => at >= backing.now - keptMs);
        for (const { kids } of kept) expect(kids).toContain(signer);
        // When its signature has the greatest age that is accepted, the key is still published.
        expect((await publicKeys(documents, backing.now + keptMs)).map((key) => key.kid)).toContain(signer);
      }
    }),
    { numRuns: 100 },
  );
});
