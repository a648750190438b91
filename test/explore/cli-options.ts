import { parseArgs } from "node:util";
import { type Bounds, boundNames } from "./bounds.ts";
import type { Limits } from "./exploration.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { starts } from "./start.ts";

export interface Command {
  readonly scenarios: readonly Scenario[];
  readonly limits: Limits;
  /** Puts each known fault into the core, and reports which ones are found. */
  readonly mutants: boolean;
  /** Stops at the first scenario with a fault. */
  readonly first: boolean;
}

/** Most scenarios need fewer states. The largest are cut off, so that all together take a few minutes. */
const scenarioStates = "3000000";
/**
 * A smaller limit, because a fault that is not found costs all scenarios. Enough for the fault of figure 8,
 * the deepest.
 */
const mutantStates = "330000";

const text = { type: "string" } as const;

/**
 * The scenarios that the command line selects: all, or one with its own bounds. Exits if the options are
 * invalid.
 */
export function parseCommand(): Command {
  const { values } = parseArgs({
    options: {
      start: text,
      ...{ nodes: text, terms: text, timeouts: text, heartbeats: text, proposals: text, reads: text },
      ...{ crashes: text, duplicates: text },
      depth: { ...text, default: "1000" },
      states: text,
      mutants: { type: "boolean", default: false },
      first: { type: "boolean", default: false },
    },
  });
  const { mutants, first } = values;
  const states = values.states ?? (mutants ? mutantStates : scenarioStates);
  const limits = { depth: natural("depth", values.depth), states: natural("states", states) };
  const given = boundNames.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[name, natural(name, value)] as const];
  });
  const isOwn = values.start !== undefined || given.length > 0;
  const own = ownScenario(values.start ?? "empty", Object.fromEntries(given));
  return { scenarios: isOwn ? [own] : scenarios, limits, mutants, first };
}

const least: Bounds = {
  ...{ nodes: 3, terms: 2, timeouts: 2 },
  ...{ heartbeats: 0, proposals: 0, reads: 0, crashes: 0, duplicates: 0 },
};

function ownScenario(start: string, given: Partial<Bounds>): Scenario {
  if (start !== "empty" && starts[start] === undefined)
    fail(`--start must be one of ${Object.keys(starts).join(", ")}`);
  return { name: "as given", start, bounds: { ...least, ...given } };
}

function natural(name: string, value: string): number {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0
    ? number
    : fail(`--${name} must be a whole number, not ${value}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
