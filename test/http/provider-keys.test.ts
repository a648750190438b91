import { errors } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Problem } from "../../src/http/problem.ts";
import { keyTimes, ProviderKeys, type Surroundings } from "../../src/http/provider-keys.ts";
import { Signer } from "./signer.ts";

const [one, two] = [await Signer.make("ES256", "one"), await Signer.make("ES256", "two")];

/** A provider whose answers the test gives, and a clock that moves only as the test says. */
class Scene implements Surroundings {
  time = 1_000_000;
  published: readonly Signer[] = [one];
  isDown = false;
  fetched = 0;
  /** Answers are held back while there is something to wait for. */
  hold: Promise<void> | null = null;
  /** What happens while a request waits for another one. */
  meanwhile: () => void = () => {};

  now(): number {
    return this.time;
  }

  async fetch(): Promise<Response> {
    this.fetched += 1;
    await this.hold;
    if (this.isDown) throw new Error("the provider is down");
    return Response.json({ keys: this.published.map(({ jwk }) => jwk) });
  }

  async sleep(ms: number): Promise<void> {
    this.time += ms;
    this.meanwhile();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let scene: Scene;
let keys: ProviderKeys;
beforeEach(() => {
  vi.spyOn(console, "warn").mockReturnValue();
  scene = new Scene();
  keys = new ProviderKeys("https://id.example/keys", scene);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Whether a token that is signed by a key with this `kid` can be verified. */
async function finds(kid: string): Promise<boolean | "unavailable"> {
  try {
    await keys.keyOf({ alg: "ES256", kid }, { payload: "", signature: "" });
    return true;
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return false;
    if (error instanceof Problem && error.kind === "keys-unavailable") return "unavailable";
    throw error;
  }
}

describe("a provider's keys", () => {
  test("are fetched once, and imported once", async () => {
    const of = () => keys.keyOf({ alg: "ES256", kid: "one" }, { payload: "", signature: "" });
    expect(await of()).toBe(await of());
    expect(scene.fetched).toBe(1);
  });

  test("are fetched anew for one that is not known, at a bounded rate", async () => {
    await finds("one");
    scene.time += keyTimes.againMs;
    for (let round = 0; round < 100; round += 1) expect(await finds(`unknown ${round}`)).toBe(false);
    expect(scene.fetched).toBe(2);
    scene.time += keyTimes.againMs;
    expect(await finds("unknown")).toBe(false);
    expect(scene.fetched).toBe(3);
  });

  test("are rotated: the new one is taken as it is used, the old one until it is gone", async () => {
    await finds("one");
    scene.published = [one, two];
    scene.time += keyTimes.againMs;
    expect([await finds("two"), await finds("one")]).toEqual([true, true]);
    scene.published = [two];
    scene.time += keyTimes.freshMs;
    expect([await finds("one"), await finds("two")]).toEqual([false, true]);
  });

  test("keep working while the provider is down, which is asked at a bounded rate", async () => {
    await finds("one");
    scene.isDown = true;
    for (let round = 0; round < 10; round += 1) {
      scene.time += keyTimes.freshMs;
      for (const kid of ["one", "two", "one"]) expect(await finds(kid)).toBe(kid === "one");
    }
    expect(scene.fetched).toBe(11);
  });

  test("are tried again soon while none is known", async () => {
    scene.isDown = true;
    for (let round = 0; round < 10; round += 1) expect(await finds("one")).toBe("unavailable");
    expect(scene.fetched).toBe(1);
    scene.isDown = false;
    scene.time += keyTimes.firstAgainMs;
    expect(await finds("one")).toBe(true);
  });
});

describe("requests at the same time", () => {
  test("share a fetch", async () => {
    let release = (): void => {};
    scene.hold = new Promise((resolve) => {
      release = resolve;
    });
    scene.meanwhile = () => release();
    const found = await Promise.all(Array.from({ length: 20 }, () => finds("one")));
    expect(found).toEqual(Array(20).fill(true));
    expect(scene.fetched).toBe(1);
  });

  test("do not wait for a fetch that was given up, and make another one", async () => {
    // As if its request had been cancelled.
    scene.hold = new Promise(() => {});
    void finds("one");
    await new Promise((resolve) => setImmediate(resolve));
    const since = scene.time;
    expect(await finds("one")).toBe("unavailable");
    expect(scene.time - since).toBe(keyTimes.fetchMs);
    scene.hold = null;
    expect(await finds("one")).toBe(true);
    expect(scene.fetched).toBe(2);
  });

  test("go on with the keys that are known while another one asks for newer ones", async () => {
    await finds("one");
    scene.time += keyTimes.freshMs;
    scene.hold = new Promise(() => {});
    void finds("one");
    const since = scene.time;
    expect(await finds("one")).toBe(true);
    expect([scene.time - since, scene.fetched]).toEqual([0, 2]);
  });
});
