import { describe, expect, test } from "vitest";
import { Problem } from "../../src/http/problem.ts";
import { createHeaders, expiryOf, forkWishOf } from "../../src/streams/create-headers.ts";

const offset = "0000000000000007_0000000000000000";
const expiry = (headers: Record<string, string>) => expiryOf(createHeaders.parse(headers));
const fork = (headers: Record<string, string>) =>
  forkWishOf(createHeaders.parse(headers), (path) => path.slice("/v1/stream/".length));
const isRefused = (headers: Record<string, string>): boolean => !createHeaders.safeParse(headers).success;

describe("the expiry of a stream", () => {
  test("is absent by default", () => {
    expect(expiry({})).toEqual({ ttlSeconds: null, expiresAt: null });
  });

  test.each(["0", "1", "3600", "3155760000"])("can be a number of idle seconds: %s", (ttl) => {
    expect(expiry({ "stream-ttl": ttl })).toEqual({ ttlSeconds: Number(ttl), expiresAt: null });
  });

  test.each([
    "",
    "-1",
    "+1",
    "01",
    "1.0",
    "1e3",
    "0x10",
    " 1",
    "1 ",
    "3155760001",
    "NaN",
    "9007199254740993",
  ])("can't be this number of idle seconds: %j", (ttl) => {
    expect(isRefused({ "stream-ttl": ttl })).toBe(true);
  });

  test.each([
    ["2030-01-02T03:04:05Z", Date.UTC(2030, 0, 2, 3, 4, 5)],
    ["2030-01-02T03:04:05.678Z", Date.UTC(2030, 0, 2, 3, 4, 5, 678)],
    ["2030-01-02T03:04:05.6789+02:30", Date.UTC(2030, 0, 2, 0, 34, 5, 678)],
    ["2028-02-29T00:00:00-01:00", Date.UTC(2028, 1, 29, 1)],
    // A time before the epoch has passed, as the epoch itself has.
    ["1969-12-31T23:59:59Z", 0],
    // No later time can be formatted.
    ["9999-12-31T23:59:59-23:59", Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
  ])("can be a time: %s", (text, at) => {
    expect(expiry({ "stream-expires-at": text })).toEqual({ ttlSeconds: null, expiresAt: at });
  });

  test.each([
    "",
    "soon",
    "2030-01-02",
    "2030-01-02T03:04:05",
    "2030-13-02T03:04:05Z",
    "2030-02-29T00:00:00Z",
    "2030-01-02T25:04:05Z",
    "Wed, 02 Jan 2030 03:04:05 GMT",
    "1893553445",
  ])("can't be this time: %j", (text) => {
    expect(isRefused({ "stream-expires-at": text })).toBe(true);
  });

  test("can be only one of the two", () => {
    const both = { "stream-ttl": "60", "stream-expires-at": "2030-01-02T03:04:05Z" };
    expect(() => expiry(both)).toThrow(Problem);
  });
});

describe("the source of a fork", () => {
  test("is absent by default", () => {
    expect(fork({})).toBeNull();
  });

  test("is shared as a whole, or up to an offset and some messages beyond it", () => {
    const from = { "stream-forked-from": "/v1/stream/a" };
    expect(fork(from)).toEqual({ sourceName: "a", anchor: null, subOffset: 0, byte: 0 });
    expect(fork({ ...from, "stream-fork-offset": offset, "stream-fork-sub-offset": "3" })).toEqual({
      sourceName: "a",
      anchor: 7,
      subOffset: 3,
      byte: 0,
    });
  });

  test.each([{ "stream-fork-offset": offset }, { "stream-fork-sub-offset": "0" }])(
    "is needed with: %j",
    (headers) => {
      expect(() => fork(headers)).toThrow(Problem);
    },
  );

  test.each(["-1", "now", "7", ""])("can't have this offset: %j", (token) => {
    expect(isRefused({ "stream-forked-from": "/v1/stream/a", "stream-fork-offset": token })).toBe(true);
  });
});
