/** What happened, folded into one number; and as lines for people, when asked for. */
export class Trace {
  readonly lines: string[] | null;
  #hash = 0x811c9dc5;

  constructor(readable: boolean) {
    this.lines = readable ? [] : null;
  }

  /** The same for the same run. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), 0x01000193);
    this.#hash ^= this.#hash >>> 15;
  }

  /** `describe` is only called when somebody reads. */
  say(at: number, describe: () => string): void {
    this.lines?.push(`${at.toFixed(1).padStart(9)}  ${describe()}`);
  }
}

/** How often each kind of fault, and each state worth reaching, came about. */
export class Marks {
  readonly counts = new Map<string, number>();

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}
