import { describe, expect, it } from "vitest";
import { Alarm } from "../../src/node/alarm.ts";

const lostAfterMs = 2_000;

/** An alarm, and all that it was ever set to. */
function setUp(loaded: number | null = null) {
  const set: number[] = [];
  const alarm = new Alarm((at) => set.push(at), lostAfterMs);
  alarm.loaded(loaded);
  return { alarm, set };
}

describe("an alarm", () => {
  it("is set where there is none, to a whole millisecond, and not in the past", () => {
    const { alarm, set } = setUp();
    alarm.ensure(100.2, 50);
    alarm.rang();
    alarm.ensure(100, 150.5);
    expect(set).toEqual([101, 151]);
  });

  it("is moved earlier, and never later", () => {
    const { alarm, set } = setUp();
    for (const at of [300, 500, 200, 200, 250]) alarm.ensure(at, 100);
    expect(set).toEqual([300, 200]);
  });

  it("that an earlier life has set is not set again", () => {
    const { alarm, set } = setUp(300);
    alarm.ensure(300, 100);
    expect(set).toEqual([]);
  });

  it("that is late is waited for, and set again once it must be lost", () => {
    const { alarm, set } = setUp(300);
    alarm.ensure(9_000, 300 + lostAfterMs);
    expect(set).toEqual([]);
    alarm.ensure(9_000, 301 + lostAfterMs);
    expect(set).toEqual([9_000]);
  });
});
