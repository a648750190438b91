import { expect, test } from "vitest";
import { literalPrefix, matchesGlob } from "../../../src/streams/subscriptions/glob.ts";

test.each([
  ["events/abc", "events/abc", true],
  ["events/abc", "events/abd", false],
  ["events/*", "events/abc", true],
  ["events/*", "events", false],
  ["events/*", "events/abc/d", false],
  ["*/abc", "events/abc", true],
  ["**", "a", true],
  ["**", "a/b/c", true],
  ["events/**", "events", true],
  ["events/**", "events/a/b", true],
  ["events/**", "eventsmore/a", false],
  ["**/log", "log", true],
  ["**/log", "a/b/log", true],
  ["**/log", "a/logs", false],
  ["a/**/z", "a/z", true],
  ["a/**/z", "a/b/c/z", true],
  ["a/**/z", "a/b/c", false],
  ["a/**/b/**/c", "a/x/b/y/b/c", true],
  ["**/*", "a", true],
  ["**/*/*", "a", false],
])("%s matches %s: %s", (pattern, path, matches) => {
  expect(matchesGlob(pattern, path)).toBe(matches);
});

test("a pattern of many ** takes no longer than its length allows", () => {
  const pattern = Array.from({ length: 60 }, () => "**/a").join("/");
  const path = Array.from({ length: 120 }, () => "a").join("/");
  expect(matchesGlob(`${pattern}/b`, path)).toBe(false);
});

test.each([
  ["events/abc", "events/abc"],
  ["events/*", "events/"],
  ["events/**", "events"],
  ["events/*/more", "events/"],
  ["*/more", ""],
  ["**", ""],
])("all paths that match %s begin with %j", (pattern, prefix) => {
  expect(literalPrefix(pattern)).toBe(prefix);
});
