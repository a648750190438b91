import { describe, expect, test } from "vitest";
import type { Append, Attempt } from "../history.ts";
import { judgeAppends } from "./judge-appends.ts";

const acknowledged = (start: number): Attempt => ({ kind: "acknowledged", start });
const refused: Attempt = { kind: "refused", why: "no-leader" };
const unknown: Attempt = { kind: "unknown", why: "no answer" };
const gap: Attempt = { kind: "refused", why: "producer-sequence-gap" };

/** A batch, as `a b` or `a`, and its outcome. */
const batch = (records: string, ...attempts: Attempt[]): Append => ({
  ...{ writer: "w", log: "log", records: records.split(" "), isNumbered: false, isDoomed: false, attempts },
});
const numbered = (records: string, ...attempts: Attempt[]): Append => ({
  ...{ ...batch(records, ...attempts), isNumbered: true },
});
const judge = (appends: readonly Append[], ...texts: string[]) =>
  judgeAppends(appends, new Map([["log", texts]]));

const two = [batch("a b", acknowledged(0)), batch("c", acknowledged(2))];

describe("nothing is wrong with", () => {
  test.each<[string, readonly Append[], ...string[]]>([
    ["what was acknowledged, where it was told", two, "a", "b", "c"],
    ["what is unknown and there", [batch("a b", unknown)], "a", "b"],
    ["what is unknown and not there", [batch("a b", unknown)]],
    ["what was refused as one before it was missing", [numbered("a", gap, acknowledged(0))], "a"],
    ["what was refused and is not there", [batch("a", refused)]],
    ["what was refused, and then stored by a retry", [batch("a", refused, unknown, acknowledged(0))], "a"],
    ["what was told twice alike", [batch("a", acknowledged(0), acknowledged(0))], "a"],
    [
      "what a producer was not answered, where it belongs",
      [numbered("a", unknown), numbered("b", unknown)],
      "a",
      "b",
    ],
    ["batches without an answer in another order", [batch("a", unknown), batch("b", unknown)], "b", "a"],
  ])("%s", (_name, appends, ...texts) => expect(judge(appends, ...texts)).toEqual([]));
});

describe("it finds", () => {
  test.each<[string, string, readonly Append[], ...string[]]>([
    ["a refusal that nothing explains", "answered: producer-sequence-gap", [batch("a", gap)]],
    ["a defect", "answered: internal", [batch("a", { kind: "unknown", why: "internal" })]],
    ["a record that is doubled", "is there at 0 and 3", two, "a", "b", "c", "a"],
    ["an acknowledged batch that is absent", "is not there", two, "a", "b"],
    ["a batch of which a part is there", "in part", [batch("a b", unknown)], "a"],
    [
      "a batch that others have cut in two",
      "in one piece",
      [batch("a b", unknown), batch("c", unknown)],
      "a",
      "c",
      "b",
    ],
    ["a batch whose records are in disorder", "in one piece", [batch("a b", unknown)], "b", "a"],
    ["a record that is altered", "no writer has appended", [batch("a", unknown)], "A"],
    [
      "a batch that is not where it was told",
      "and is at 1",
      [batch("a", acknowledged(0)), batch("b", unknown)],
      "b",
      "a",
    ],
    ["a batch that was told two places", "and is at 0", [batch("a", acknowledged(0), acknowledged(1))], "a"],
    ["a batch that was refused and is there", "was refused", [batch("a", refused)], "a"],
    [
      "a batch that had to be refused",
      "can't hold",
      [{ ...batch("a", acknowledged(0)), isDoomed: true }],
      "a",
    ],
    ["a batch that was never sent and is there", "never sent", [batch("a")], "a"],
    [
      "batches of one writer in disorder",
      "sent",
      [batch("a", acknowledged(1)), batch("b", acknowledged(0))],
      "b",
      "a",
    ],
    [
      "what a producer was not answered, too late",
      "is earlier",
      [numbered("a", unknown), numbered("b", acknowledged(0))],
      "b",
      "a",
    ],
    [
      "two batches that were told one place",
      "later",
      [batch("a", acknowledged(0)), batch("b", acknowledged(0))],
      "a",
      "b",
    ],
  ])("%s", (_name, why, appends, ...texts) => expect(judge(appends, ...texts).join("\n")).toContain(why));

  test("a record of another log", () => {
    const logs = new Map([
      ["log", []],
      ["other", ["a"]],
    ]);
    expect(judgeAppends([batch("a", unknown)], logs)).toEqual([
      expect.stringContaining("no writer has appended"),
    ]);
  });
});
