/** What happened, folded into one number, and as readable lines if they are asked for. */
export class Trace {
  readonly lines: string[] | null;
  #hash = 0x811c9dc5;

  constructor(readable: boolean) {
    this.lines = readable ? [] : null;
  }

  /** Equal for equal runs. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), 0x01000193);
    this.#hash ^= this.#hash >>> 15;
  }

  /** `describe` is called only if lines are kept. */
  say(at: number, describe: () => string): void {
    this.lines?.push(`${at.toFixed(1).padStart(9)}  ${describe()}`);
  }
}

/** How often each fault struck, and how often each state worth reaching was reached. */
export class Marks {
  readonly counts = new Map<string, number>();

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}
