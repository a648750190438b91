import type { Random } from "../simulation/world/random.ts";

/** Characters of one to four bytes, none of which ends a line. */
const alphabet = [...'abc{}\\"č€😀'];

const paddingMax = 60;

/** Batches of lines: each has the writer's name and a number, and is unique in a run. */
export function drawBatches(random: Random, writer: string, count: number, recordsMax: number): string[][] {
  let number = 0;
  const line = (): string => {
    const padding = Array.from({ length: random.below(paddingMax) }, () => random.pick(alphabet)).join("");
    return `${writer}.${number++} ${padding}\n`;
  };
  return Array.from({ length: count }, () => Array.from({ length: random.between(1, recordsMax) }, line));
}
