import { type Bounds, budgets } from "./bounds.ts";
import type { Outcomes } from "./outcomes.ts";
import { type Permutation, permutationsOf } from "./permutations.ts";

/** A state of the whole cluster, made of the numbers that `Outcomes` assigned to its parts. */
export interface ClusterState {
  /** By `id - 1`. */
  readonly nodes: readonly number[];
  /** How often each of `budgets` was used. */
  readonly used: readonly number[];
  readonly history: number;
  /** Messages that have left a node and may arrive. Each one once, in order. */
  readonly messages: readonly number[];
}

export const encode = ({ nodes, used, history, messages }: ClusterState): readonly number[] => [
  ...nodes,
  ...used,
  history,
  ...messages,
];

export function decode(numbers: ArrayLike<number>, { nodes }: Bounds): ClusterState {
  const all = Array.from(numbers);
  const history = nodes + budgets.length;
  return {
    nodes: all.slice(0, nodes),
    used: all.slice(nodes, history),
    history: all[history] as number,
    messages: all.slice(history + 1),
  };
}

/**
 * The numbers of the nodes do not matter. States that differ only in those are represented by one of them.
 */
export class Symmetry {
  readonly permutations: readonly Permutation[];
  readonly #outcomes: Outcomes;

  constructor(size: number, outcomes: Outcomes) {
    this.permutations = permutationsOf(size);
    this.#outcomes = outcomes;
  }

  canonical(state: ClusterState): readonly number[] {
    const outcomes = this.#outcomes;
    const shapes = state.nodes.map((node) => outcomes.factsOf(node).shape);
    let least: readonly number[] | null = null;
    for (const [place, permutation] of this.permutations.entries()) {
      if (!isOrdered(shapes, permutation)) continue;
      const candidate = encode(permuted(state, place, permutation, outcomes));
      if (least === null || isLess(candidate, least)) least = candidate;
    }
    return least as readonly number[];
  }
}

/** Whether the nodes' shapes do not decrease in the new order. Only such orders can be canonical. */
function isOrdered(shapes: readonly number[], permutation: Permutation): boolean {
  const ordered: number[] = [];
  for (const [i, shape] of shapes.entries()) ordered[(permutation[i + 1] as number) - 1] = shape;
  return ordered.every((shape, i) => i === 0 || shape >= (ordered[i - 1] as number));
}

function permuted(
  state: ClusterState,
  place: number,
  permutation: Permutation,
  outcomes: Outcomes,
): ClusterState {
  if (place === 0) return state;
  const nodes: number[] = [];
  for (const [i, node] of state.nodes.entries())
    nodes[(permutation[i + 1] as number) - 1] = outcomes.nodes.permuted(node, place);
  const messages = state.messages.map((message) => outcomes.messages.permuted(message, place));
  messages.sort((a, b) => a - b);
  return { nodes, used: state.used, history: outcomes.histories.permuted(state.history, place), messages };
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((number, i) => number !== b[i]);
  return at !== -1 && (a[at] as number) < (b[at] as number);
}
