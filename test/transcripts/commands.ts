import { network } from "./network-commands.ts";
import { atNode } from "./node-commands.ts";
import { setup } from "./setup-commands.ts";
import type { Stage } from "./stage.ts";
import { demand, number } from "./words.ts";

export const isSetup = ([name = ""]: readonly string[]): boolean => setup[name] !== undefined;

/** Runs a command by its words. Throws if they are invalid. */
export function runCommand(stage: Stage, [name = "", ...words]: readonly string[]): readonly string[] {
  const prepare = setup[name];
  if (prepare !== undefined) {
    demand(!stage.isOpen, "the nodes run already");
    return prepare(stage, words);
  }
  const run = atNode[name];
  if (run !== undefined) return run(stage.cluster, number(words[0]), words.slice(1));
  const among = network[name];
  demand(among !== undefined, "there is no such command");
  return among(stage, words);
}
