import type { Stage } from "./stage.ts";

/** What a command says for itself, besides what changes by it. Throws a text where its words make no sense. */
export type Run = (stage: Stage, words: readonly string[]) => readonly string[];

/** Commands by their first word. */
export type Commands = Readonly<Record<string, Run>>;

export const nothing: readonly string[] = [];

/** Throws `why`. */
export function demand(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Error(why);
}

export function number(word: string | undefined): number {
  demand(word !== undefined && /^\d+$/.test(word), `${word ?? "nothing"} is no number`);
  return Number(word);
}

/** That there are so many words, and no more. */
export function only(words: readonly string[], count: number): void {
  demand(words.length === count, `${count} words wanted after the command, not ${words.length}`);
}
