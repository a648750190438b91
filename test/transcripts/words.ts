import type { Stage } from "./stage.ts";

/**
 * Runs a command and returns its own output. Changes of nodes are reported elsewhere. Throws if its words are
 * invalid.
 */
export type Run = (stage: Stage, words: readonly string[]) => readonly string[];

/** Commands by their first word. */
export type Commands = Readonly<Record<string, Run>>;

export const nothing: readonly string[] = [];

/** Throws `why`. */
export function demand(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Error(why);
}

export function number(word: string | undefined): number {
  demand(word !== undefined && /^\d+$/.test(word), `${word ?? "nothing"} is not a number`);
  return Number(word);
}

/** Throws unless there are exactly `count` words. */
export function only(words: readonly string[], count: number): void {
  demand(words.length === count, `${count} words wanted after the command, not ${words.length}`);
}
