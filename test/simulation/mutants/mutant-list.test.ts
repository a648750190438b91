import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mutants as seededMutants } from "../../seeded/mutants/mutant-list.ts";
import { mutants } from "./mutant-list.ts";

test.each([...mutants, ...seededMutants])("the fault still applies: $name", ({ file, original, fault }) => {
  const source = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
  expect(source.split(original)).toHaveLength(2);
  expect(fault).not.toBe(original);
});
