import type { ClusterState } from "./cluster-state.ts";
import { demand, isSame } from "./history.ts";
import type { Outcomes } from "./outcomes.ts";

/** Invariants between nodes in every state. Results are cached, because the same logs meet in many states. */
export class ClusterChecks {
  readonly #outcomes: Outcomes;
  readonly #matching = new Map<number, boolean>();
  readonly #held = new Map<number, number>();

  constructor(outcomes: Outcomes) {
    this.#outcomes = outcomes;
  }

  /** Throws `Violation`. */
  check({ nodes, history }: ClusterState): void {
    const facts = nodes.map((node) => this.#outcomes.factsOf(node));
    for (const [i, a] of facts.entries()) {
      for (const [j, b] of facts.slice(0, i).entries()) {
        demand(
          this.#match(a.writtenLog, b.writtenLog),
          () => `the logs of nodes ${j + 1} and ${i + 1} do not match`,
        );
      }
    }
    this.#checkMajority(
      history,
      facts.map(({ durableLog }) => durableLog),
    );
  }

  /** If index and term of two entries are equal, all earlier entries are equal (paper §5.3, log matching). */
  #match(a: number, b: number): boolean {
    if (a === b) return true;
    const key = a > b ? a * 2 ** 24 + b : b * 2 ** 24 + a;
    const known = this.#matching.get(key);
    if (known !== undefined) return known;
    const [one, other] = [this.#outcomes.logs.value(a), this.#outcomes.logs.value(b)];
    const lastMeeting = one.findLastIndex(({ term }, i) => other[i]?.term === term);
    const match = one.slice(0, lastMeeting + 1).every((entry, i) => isSame(entry, other[i]));
    this.#matching.set(key, match);
    return match;
  }

  /** Committed entries are on the disks of a majority, from their first commit on and for ever. */
  #checkMajority(history: number, durableLogs: readonly number[]): void {
    const { length } = this.#outcomes.histories.value(history).committed;
    const held = durableLogs.map((log) => this.#holds(history, log)).sort((a, b) => b - a);
    const byMajority = held[Math.floor(held.length / 2)] ?? 0;
    demand(
      byMajority >= length,
      () => `entry ${byMajority + 1} is committed, but not on the disks of a majority`,
    );
  }

  /** The number of committed entries that a log has. */
  #holds(history: number, log: number): number {
    const key = history * 2 ** 24 + log;
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const entries = this.#outcomes.logs.value(log);
    const { committed } = this.#outcomes.histories.value(history);
    const firstMissing = committed.findIndex(({ entry }) => !isSame(entry, entries[entry.index - 1]));
    const held = firstMissing === -1 ? committed.length : firstMissing;
    this.#held.set(key, held);
    return held;
  }
}
