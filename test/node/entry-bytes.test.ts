import { expect, it } from "vitest";
import { Tail } from "../../src/node/entry-bytes.ts";
import { createEntry } from "../../src/raft/entry.ts";
import { toIndex } from "../../src/raft/types.ts";
import { persist } from "../storage/fixture.ts";

function write(tail: Tail, index: number, bytes: number): void {
  tail.written(persist({ append: [createEntry(toIndex(index), 1, "command", new Uint8Array(bytes))] }));
}

it("the tail is measured in bytes, whatever the number of its entries", () => {
  const tail = new Tail(80);
  for (let index = 1; index <= 20; index++) write(tail, index, 10);
  expect(tail.bytes).toBe(200);
  expect(tail.before(80)).toBe(12);
  expect(tail.before(200)).toBe(0);
});

it("small entries are counted together, and what is compacted no more", () => {
  const tail = new Tail(80);
  for (let index = 1; index <= 40; index++) write(tail, index, 5);
  expect(tail.bytes).toBe(200);
  expect(tail.before(100)).toBe(20);
  tail.forget(toIndex(20));
  expect(tail.bytes).toBe(100);
  expect(tail.before(100)).toBe(0);
});
