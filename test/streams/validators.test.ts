import { describe, expect, test } from "vitest";
import { etagOf, isNamed } from "../../src/streams/validators.ts";
import { pageOf, text } from "./pages.ts";

describe("the entity tag of a page", () => {
  test("differs with the records, and with whether they are the last for now or for ever", () => {
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

  test("of part of a closed stream is that of part of an open one: it says nothing of the end", () => {
    const part = pageOf([text("a")], { tail: 2, closed: true });
    expect(etagOf(part)).toBe(etagOf(pageOf([text("a")], { tail: 2 })));
  });
});

describe("If-None-Match", () => {
  test.each([['"a"'], ['W/"a"'], ['"b", "a"'], ['"b",W/"a"'], ["*"]])("names the tag: %s", (header) => {
    expect(isNamed('"a"', header)).toBe(true);
  });

  test.each([[undefined], [""], ['"b"'], ["a"], ['"A"'], ['"ab"']])("does not: %s", (header) => {
    expect(isNamed('"a"', header)).toBe(false);
  });
});
