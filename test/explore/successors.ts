import { type Bounds, type Budget, budgets } from "./bounds.ts";
import type { ClusterChecks } from "./cluster-checks.ts";
import type { ClusterState } from "./cluster-state.ts";
import { isMoot } from "./moot.ts";
import type { LocalKind } from "./node-state.ts";
import { codeOfDelivery, codeOfLocal, codeOfProposal, type Outcomes } from "./outcomes.ts";

/** One event that may happen next. */
export interface Action {
  /** By `id - 1`. */
  readonly node: number;
  readonly code: number;
  /** The message that arrives and leaves the network; null if it stays, or if there is none. */
  readonly taken: number | null;
  readonly costs: Budget | null;
}

/** Events that may happen at any node, and the budget that each uses. */
const anywhere: readonly [LocalKind, Budget | null][] = [
  ["sync", null],
  ["silence", null],
  ["election timeout", "timeouts"],
  ["crash", "crashes"],
];
/** Events that only a leader has. */
const atLeader: readonly [LocalKind, Budget | null][] = [
  ...anywhere,
  ["heartbeat", "heartbeats"],
  ["read", "reads"],
];

/** All events that may happen in a state, and the states that follow. */
export class Successors {
  readonly #bounds: Bounds;
  readonly #outcomes: Outcomes;
  readonly #checks: ClusterChecks;

  constructor(bounds: Bounds, outcomes: Outcomes, checks: ClusterChecks) {
    this.#bounds = bounds;
    this.#outcomes = outcomes;
    this.#checks = checks;
  }

  actions(state: ClusterState): readonly Action[] {
    return [
      ...state.nodes.flatMap((_, node) => this.#localActions(state, node)),
      ...state.messages.flatMap((message) => this.#deliveries(state, message)),
    ];
  }

  #localActions(state: ClusterState, node: number): readonly Action[] {
    const { isLeader } = this.#outcomes.factsOf(state.nodes[node] as number);
    const proposal = codeOfProposal(state.used[budgets.indexOf("proposals")] as number);
    const actions = (isLeader ? atLeader : anywhere).map(([kind, costs]) => ({
      code: codeOfLocal(kind),
      costs,
    }));
    if (isLeader) actions.push({ code: proposal, costs: "proposals" });
    return actions
      .filter(({ costs }) => costs === null || this.#has(state, costs))
      .map((action) => ({ ...action, node, taken: null }));
  }

  #deliveries(state: ClusterState, message: number): readonly Action[] {
    const node = this.#outcomes.messages.value(message).to - 1;
    const code = codeOfDelivery(message);
    const once: Action = { node, code, taken: message, costs: null };
    return this.#has(state, "duplicates") ? [once, { ...once, taken: null, costs: "duplicates" }] : [once];
  }

  #has(state: ClusterState, budget: Budget): boolean {
    return (state.used[budgets.indexOf(budget)] as number) < this.#bounds[budget];
  }

  /**
   * The state after an action; null if it changes nothing, or leads beyond the highest term. Throws errors of
   * the core, and `Violation`.
   */
  after(state: ClusterState, { node: at, code, taken, costs }: Action): ClusterState | null {
    const before = state.nodes[at] as number;
    const canCrash = this.#has(state, "crashes") && costs !== "crashes";
    const outcome = this.#outcomes.outcome(before, code, canCrash);
    // A message that has no effect might as well be lost.
    if (outcome.isIdle || this.#outcomes.factsOf(outcome.node).term > this.#bounds.terms) return null;
    const nodes = state.nodes.with(at, outcome.node);
    const next: ClusterState = {
      nodes,
      used: costs === null ? state.used : used(state.used, costs),
      history: this.#outcomes.historyAfter(state.history, before, outcome),
      messages: this.#inFlight(state.messages, taken, outcome.sent, nodes, at),
    };
    if (outcome.changesLog || outcome.commits) this.#checks.check(next);
    return next;
  }

  #inFlight(
    messages: readonly number[],
    taken: number | null,
    sent: readonly number[],
    nodes: readonly number[],
    at: number,
  ): readonly number[] {
    const outcomes = this.#outcomes;
    const isDead = (message: number): boolean => isMoot(outcomes, nodes, message);
    const concerns = (message: number): boolean => {
      const { from, to } = outcomes.messages.value(message);
      return from - 1 === at || to - 1 === at;
    };
    const rest = messages.filter((message) => message !== taken && !(concerns(message) && isDead(message)));
    const news = sent.filter((message) => !rest.includes(message) && !isDead(message));
    return news.length === 0 ? rest : [...rest, ...news].sort((a, b) => a - b);
  }
}

const used = (before: readonly number[], budget: Budget): readonly number[] => {
  const place = budgets.indexOf(budget);
  return before.with(place, (before[place] as number) + 1);
};
