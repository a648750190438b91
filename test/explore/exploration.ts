import { initialConfiguration } from "../../src/raft/configuration.ts";
import { type Bounds, budgets } from "./bounds.ts";
import { ClusterChecks } from "./cluster-checks.ts";
import { type ClusterState, decode, Symmetry } from "./cluster-state.ts";
import { Frontier } from "./frontier.ts";
import { noHistory } from "./history.ts";
import { boot } from "./node-state.ts";
import { Outcomes } from "./outcomes.ts";
import { permutationsOf } from "./permutations.ts";
import type { Start } from "./start.ts";
import { type Action, Successors } from "./successors.ts";
import { type Finding, tellPath } from "./trace.ts";
import { Visited } from "./visited.ts";

export interface Limits {
  /** The largest number of steps from the start. */
  readonly depth: number;
  readonly states: number;
}

export interface Report {
  /** Distinct states, regardless of the nodes' numbers. */
  readonly states: number;
  /** Steps that changed the state, to a new one or a known one. */
  readonly transitions: number;
  /** The largest distance of a state from the start. */
  readonly depth: number;
  /** Whether all states within the bounds were visited. */
  readonly isExhausted: boolean;
  /** Distinct states of single nodes. */
  readonly nodeStates: number;
  readonly finding: Finding | null;
}

/** Visits every state that can follow from `start` within the bounds, breadth first, until one is wrong. */
export function explore(start: Start, bounds: Bounds, limits: Limits): Report {
  return new Exploration(start, bounds, limits).run();
}

class Exploration {
  readonly #bounds: Bounds;
  readonly #limits: Limits;
  readonly #outcomes: Outcomes;
  readonly #symmetry: Symmetry;
  readonly #successors: Successors;
  readonly #visited = new Visited();
  readonly #first: ClusterState;
  #next = new Frontier();
  #depth = 0;
  #transitions = 0;
  #finding: Finding | null = null;

  constructor(start: Start, bounds: Bounds, limits: Limits) {
    this.#bounds = bounds;
    this.#limits = limits;
    this.#outcomes = new Outcomes(permutationsOf(bounds.nodes));
    this.#symmetry = new Symmetry(bounds.nodes, this.#outcomes);
    this.#successors = new Successors(bounds, this.#outcomes, new ClusterChecks(this.#outcomes));
    const configuration = initialConfiguration(start.map(() => "weur"));
    this.#first = {
      nodes: start.map((image, i) => this.#outcomes.nodes.idOf(boot(i + 1, image, configuration))),
      used: budgets.map(() => 0),
      history: this.#outcomes.histories.idOf(noHistory),
      messages: [],
    };
  }

  run(): Report {
    this.#meet(this.#first, 0);
    while (this.#next.size > 0 && this.#depth < this.#limits.depth && !this.#isOver) {
      const level = this.#next;
      this.#next = new Frontier();
      this.#depth += 1;
      for (const { place, numbers } of level.drain()) {
        this.#expand(decode(numbers, this.#bounds), place);
        if (this.#isOver) break;
      }
    }
    return this.#report();
  }

  get #isOver(): boolean {
    return this.#finding !== null || this.#visited.size >= this.#limits.states;
  }

  #expand(state: ClusterState, place: number): void {
    for (const action of this.#successors.actions(state)) {
      const next = this.#try(state, action, place);
      if (this.#finding !== null) return;
      if (next === null) continue;
      this.#transitions += 1;
      this.#meet(next, place);
    }
  }

  #meet(state: ClusterState, parent: number): void {
    const numbers = this.#symmetry.canonical(state);
    const place = this.#visited.add(numbers, parent);
    if (place !== null) this.#next.put(place, numbers);
  }

  #try(state: ClusterState, action: Action, place: number): ClusterState | null {
    try {
      return this.#successors.after(state, action);
    } catch {
      // A broken invariant of the core is a finding too.
      this.#finding = this.#tell(place);
      return null;
    }
  }

  /** The steps to the state at `place`, and then to the wrong one. */
  #tell(place: number): Finding {
    const [, ...path] = this.#visited.pathTo(place);
    const isAt = (place: number, state: ClusterState): boolean =>
      this.#visited.isAt(place, this.#symmetry.canonical(state));
    return tellPath(this.#first, path, isAt, this.#successors, this.#outcomes);
  }

  #report(): Report {
    return {
      states: this.#visited.size,
      transitions: this.#transitions,
      depth: this.#depth,
      isExhausted: this.#next.size === 0 && !this.#isOver,
      nodeStates: this.#outcomes.nodes.size,
      finding: this.#finding,
    };
  }
}
