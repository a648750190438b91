import { expect, test } from "vitest";
import { SUBSCRIPTIONS_LOG } from "../../../src/log/reserved.ts";
import { Documents } from "../../../src/streams/subscriptions/documents.ts";
import { MemoryBacking } from "./memory-backing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

function fresh() {
  const backing = new MemoryBacking();
  return { backing, documents: new Documents(backing) };
}

test("reading creates no log, and writing creates it once", async () => {
  const { backing, documents } = fresh();
  expect(await documents.get("a")).toBeNull();
  expect(await documents.all("")).toEqual([]);
  expect(backing.commands).toEqual([]);
  expect(await documents.put("a", bytes("1"), 0)).toBeGreaterThan(0);
  await documents.put("b", bytes("2"), 0);
  expect(backing.commands.map(({ kind }) => kind)).toEqual(["document", "create", "document", "document"]);
  expect(await backing.query({ kind: "describe", name: SUBSCRIPTIONS_LOG })).toMatchObject({ tail: 0 });
});

test("a document is found by its whole key", async () => {
  const { documents } = fresh();
  await documents.put("s:ab", bytes("1"), 0);
  expect(await documents.get("s:a")).toBeNull();
  expect(text((await documents.get("s:ab"))?.value)).toBe("1");
});

test("all documents with a prefix are found, for any number of them", async () => {
  const { documents } = fresh();
  const keys = Array.from({ length: 50 }, (_, i) => `s:${String(i).padStart(2, "0")}`);
  for (const key of [...keys, "key:signing"]) await documents.put(key, bytes(key), 0);
  expect((await documents.all("s:")).map(({ key }) => key)).toEqual(keys);
});

test("a write succeeds only on the version that it expects", async () => {
  const { documents } = fresh();
  const version = await documents.put("a", bytes("1"), 0);
  expect(await documents.put("a", bytes("2"), 0)).toBeNull();
  expect(await documents.put("a", bytes("2"), version ?? 0)).toBeGreaterThan(version ?? 0);
  expect(await documents.put("a", null, version ?? 0)).toBeNull();
  expect(text((await documents.get("a"))?.value)).toBe("2");
});

test("a write whose answer was lost is recognized by its value", async () => {
  const { backing, documents } = fresh();
  const version = await documents.put("a", bytes("1"), 0);
  backing.mishaps.push("lost-after");
  const next = await documents.put("a", bytes("2"), version ?? 0);
  expect(next).toBe((await documents.get("a"))?.version);
  backing.mishaps.push("lost-after");
  expect(await documents.put("a", null, next ?? 0)).toBe(0);
  expect(await documents.get("a")).toBeNull();
});

test.each(["lost-before", "late"] as const)("a write that was %s is repeated", async (mishap) => {
  const { backing, documents } = fresh();
  const version = await documents.put("a", bytes("1"), 0);
  backing.mishaps.push(mishap);
  const next = await documents.put("a", bytes("2"), version ?? 0);
  expect(next).toBe((await documents.get("a"))?.version);
  expect(text((await documents.get("a"))?.value)).toBe("2");
  backing.mishaps.push(mishap);
  expect(await documents.put("a", null, next ?? 0)).toBe(0);
  expect(await documents.get("a")).toBeNull();
});

test("a write that is lost again and again may have taken effect", async () => {
  const { backing, documents } = fresh();
  await documents.put("a", bytes("1"), 0);
  backing.mishaps.push("lost-before", "lost-before", "lost-before", "lost-before");
  await expect(documents.put("b", bytes("2"), 0)).rejects.toMatchObject({ kind: "outcome-unknown" });
});

test("a write that was lost may have taken effect, even if the next one fails in another way", async () => {
  const { backing, documents } = fresh();
  await documents.put("a", bytes("1"), 0);
  backing.mishaps.push("late", "no-leader");
  await expect(documents.put("b", bytes("2"), 0)).rejects.toMatchObject({ kind: "outcome-unknown" });
  expect(text((await documents.get("b"))?.value)).toBe("2");
});

test("any other failure is reported", async () => {
  const { backing, documents } = fresh();
  backing.mishaps.push("no-leader");
  await expect(documents.put("a", bytes("1"), 0)).rejects.toMatchObject({ kind: "no-leader" });
});
