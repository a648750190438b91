/** One command of a transcript, and its place. */
export interface Command {
  readonly words: readonly string[];
  /** As written, for errors and for the transcript itself. */
  readonly text: string;
  /** `file:line`. */
  readonly place: string;
}

/** A line that a transcript keeps as it is: prose, or an empty line. */
export type Line =
  | { readonly kind: "prose"; readonly text: string }
  | ({ readonly kind: "command" } & Command);

/** Parses a transcript. Indented lines are outcomes, and are written again. */
export function parse(file: string, text: string): readonly Line[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line, i): Line | null => {
      if (line.startsWith("  ")) return null;
      if (line === "" || line.startsWith("#")) return { kind: "prose", text: line };
      return { kind: "command", words: line.split(/\s+/), text: line, place: `${file}:${i + 1}` };
    })
    .filter((line) => line !== null);
}

/** An invalid command, with its place. */
export class CommandError extends Error {
  constructor({ place, text }: Command, why: string) {
    super(`${place}: "${text}": ${why}`);
    this.name = "CommandError";
  }
}
