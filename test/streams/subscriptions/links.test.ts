import { describe, expect, it } from "vitest";
import {
  firstLinks,
  isMatched,
  linked,
  linkInfos,
  relinked,
  unlinked,
} from "../../../src/streams/subscriptions/links.ts";
import { looked } from "../../../src/streams/subscriptions/waking.ts";
import { endsOf, LOG, lookAt, pull, subscriptionOf, webhook } from "./fixture.ts";

const glob = (path: string, acked: number) => ({ path, isExplicit: false, acked, log: LOG, tail: acked });
const explicit = (path: string, acked: number) => ({ ...glob(path, acked), isExplicit: true });

describe("the first links", () => {
  it("are at the tails of their streams, by name first", () => {
    const configuration = { ...webhook, streams: ["events/b", "other"] };
    const look = lookAt({ "events/a": 3, "events/b": 4 }, ["events/a", "events/b"]);
    expect(firstLinks(configuration, look)).toEqual([
      glob("events/a", 3),
      explicit("events/b", 4),
      { ...explicit("other", 0), log: null },
    ]);
  });
});

describe("a stream that the pattern matches", () => {
  it.each([
    ["events/a", true],
    ["events", false],
    ["wake/pool", false],
    ["_clusters", false],
  ])("%s: %s", (path, expected) => {
    expect(isMatched(pull, path)).toBe(expected);
    expect(isMatched({ ...pull, pattern: null }, path)).toBe(false);
  });

  it("is never its own wake stream, nor a log of the system", () => {
    const everything = { ...pull, pattern: "**" };
    expect(isMatched(everything, "wake/other")).toBe(true);
    expect(isMatched(everything, "wake/pool")).toBe(false);
    expect(isMatched(everything, "_subscriptions")).toBe(false);
  });
});

describe("a link by name", () => {
  it("is at the tail of its stream, and keeps its cursor if it exists already", () => {
    const before = subscriptionOf(webhook);
    const { links } = linked(before, ["events/a", "x"], endsOf({ "events/a": 9, x: 7 }));
    expect(links).toEqual([explicit("events/a", 2), explicit("x", 7)]);
  });

  it("given twice is one link", () => {
    const once = linked(subscriptionOf(webhook), ["x", "x"], endsOf({ x: 7 }));
    expect(once.links).toEqual([glob("events/a", 2), explicit("x", 7)]);
    expect(linked(once, ["x"], endsOf({ x: 8 }))).toBe(once);
  });

  it("that is removed stays if the pattern matches, with its cursor", () => {
    const links = [explicit("events/a", 2), explicit("x", 1)];
    const before = subscriptionOf(webhook, { links });
    const without = unlinked(unlinked(before, "x"), "events/a");
    expect(without.links).toEqual([glob("events/a", 2)]);
    expect(unlinked(without, "events/a")).toBe(without);
    expect(unlinked(without, "nowhere")).toBe(without);
  });
});

describe("a stream that is found", () => {
  it("is linked from its beginning once it has records", () => {
    const before = subscriptionOf(webhook);
    const look = lookAt({ "events/a": 2, "events/b": 1, "events/c": 0 }, ["events/b", "events/c"]);
    expect(relinked(before, look).links).toEqual([glob("events/a", 2), glob("events/b", 0)]);
    expect(looked(before, look, "w", 1).wake).toMatchObject({ stream: "events/b" });
  });

  it("is linked where it begins, if it continues after a deleted one or is a fork", () => {
    const ends = new Map([["events/b", { log: LOG, start: 4, earliest: 0, tail: 6 }]]);
    const look = { ends, found: ["events/b"], isWhole: false };
    expect(relinked(subscriptionOf(webhook, { links: [] }), look).links).toEqual([glob("events/b", 4)]);
  });
});

describe("a stream that no longer exists", () => {
  it("has no work, and keeps its link only if it was linked by name", () => {
    const links = [glob("events/a", 2), explicit("x", 1)];
    const before = subscriptionOf(webhook, { links });
    const look = lookAt({ "events/b": 1 }, ["events/b"]);
    expect(relinked(before, look).links).toEqual([glob("events/b", 0), explicit("x", 1)]);
    expect(looked(before, lookAt({}), "w", 1)).toBe(before);
  });
});

describe("pending work", () => {
  it("is only what can still be read, not trimmed records", () => {
    const ends = new Map([
      ["events/a", { log: LOG, start: 0, earliest: 9, tail: 9 }],
      ["x", { log: LOG, start: 0, earliest: 0, tail: 9 }],
    ]);
    const infos = linkInfos([glob("events/a", 2), explicit("x", 3)], ends);
    expect(infos).toEqual([
      { path: "events/a", linkType: "glob", acked: 2, tail: 9, hasPending: false },
      { path: "x", linkType: "explicit", acked: 3, tail: 9, hasPending: true },
    ]);
  });
});
