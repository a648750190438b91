import type { Run } from "./simulate.ts";

/** What the search gets to know of a run. */
export type RunReport = Pick<Run, "seed" | "events" | "finding" | "marks">;

/** Adds up many runs. */
export class Summary {
  readonly #marks = new Map<string, number>();
  readonly #beganMs = performance.now();
  #seeds = 0;
  #events = 0;
  findings = 0;

  add({ events, finding, marks }: RunReport): void {
    this.#seeds += 1;
    this.#events += events;
    if (finding !== null) this.findings += 1;
    for (const [name, count] of marks) this.#marks.set(name, (this.#marks.get(name) ?? 0) + count);
  }

  /** How often each fault struck, and each state was reached. */
  table(): string {
    const rows = [...this.#marks].sort(([a], [b]) => (a < b ? -1 : 1));
    return rows.map(([name, count]) => `${String(count).padStart(12)}  ${name}`).join("\n");
  }

  line(): string {
    const minutes = (performance.now() - this.#beganMs) / 60_000;
    const rate = Math.round(this.#seeds / minutes);
    return `${this.#seeds} seeds, ${this.#events} events, ${rate} seeds a minute, ${this.findings} findings`;
  }
}
