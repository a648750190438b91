import { expect, it } from "vitest";
import { Clock } from "../../src/node/clock.ts";

function clockAt(start: number) {
  const wall = { now: start };
  return { wall, clock: new Clock(() => wall.now) };
}

it("follows the wall clock", () => {
  const { wall, clock } = clockAt(1_000);
  wall.now = 1_250;
  expect(clock.now()).toBe(250);
});

it("stands still while the wall clock is set back, and goes on from there", () => {
  const { wall, clock } = clockAt(1_000);
  wall.now = 1_100;
  expect(clock.now()).toBe(100);
  wall.now = 200;
  expect(clock.now()).toBe(100);
  wall.now = 230;
  expect(clock.now()).toBe(130);
});

it("says what the wall clock will show at one of its times, also after that was set back", () => {
  const { wall, clock } = clockAt(1_000);
  wall.now = 400;
  const now = clock.now();
  expect(clock.toWall(now + 50)).toBe(450);
});
