import { describe, expect, test } from "vitest";
import { etagOf, isNamed } from "../../src/streams/validators.ts";
import { pageOf, text } from "./pages.ts";

describe("the entity tag of a page", () => {
  test("depends on the records, and on whether they are the last for now or forever", () => {
    const pages = [
      pageOf([text("a")]),
      pageOf([text("a")], { tail: 2 }),
      pageOf([text("a")], { closed: true }),
      pageOf([text("a")], { from: 1 }),
      pageOf([text("a"), text("b")]),
      { ...pageOf([text("a")]), log: pageOf([]).log + 1 } as ReturnType<typeof pageOf>,
    ];
    const tags = [...pages.map((page) => etagOf(page)), etagOf(pageOf([text("a")]), 1)];
    expect(new Set(tags).size).toBe(tags.length);
  });

  test("is the same for a part of a closed and of an open stream, because it says nothing about the end", () => {
    const part = pageOf([text("a")], { tail: 2, closed: true });
    expect(etagOf(part)).toBe(etagOf(pageOf([text("a")], { tail: 2 })));
  });
});

describe("If-None-Match", () => {
  test.each([['"a"'], ['W/"a"'], ['"b", "a"'], ['"b",W/"a"'], ["*"]])("matches the tag: %s", (header) => {
    expect(isNamed('"a"', header)).toBe(true);
  });

  test.each([[undefined], [""], ['"b"'], ["a"], ['"A"'], ['"ab"']])(
    "does not match the tag: %s",
    (header) => {
      expect(isNamed('"a"', header)).toBe(false);
    },
  );
});
