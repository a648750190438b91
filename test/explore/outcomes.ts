import type { Message } from "../../src/raft/messages.ts";
import type { Entry } from "../../src/raft/types.ts";
import { type History, recorded } from "./history.ts";
import { Interned, Shapes } from "./interned.ts";
import { type Applied, apply, applyDurably, type Input, localKinds, type NodeState } from "./node-state.ts";
import type { Permutation } from "./permutations.ts";
import { checkStep } from "./step-checks.ts";
import { textOf } from "./text.ts";

/** The effect of one input on one node. The real core computes it once, for all states in which it occurs. */
export interface Outcome {
  readonly node: number;
  readonly sent: readonly number[];
  /** Nothing changed and nothing left. */
  readonly isIdle: boolean;
  readonly changesLog: boolean;
  readonly commits: boolean;
  readonly step: Applied;
  /** The history afterwards, by the history before. */
  readonly histories: Map<number, number>;
}

/** Facts about a node's state that the search needs without decoding it. */
export interface NodeFacts {
  readonly shape: number;
  readonly term: number;
  readonly isLeader: boolean;
  readonly writtenLog: number;
  readonly durableLog: number;
}

const proposeCode = localKinds.length;
const deliverCode = 32;

/** Inputs as numbers: first those of `localKinds`, then proposals by their position, then messages. */
export const codeOfLocal = (kind: (typeof localKinds)[number]): number => localKinds.indexOf(kind);
export const codeOfProposal = (place: number): number => proposeCode + place;
export const codeOfDelivery = (message: number): number => deliverCode + message;

/** All states of nodes, messages and histories that were met, and the transitions between them. */
export class Outcomes {
  readonly nodes: Interned<NodeState>;
  readonly messages: Interned<Message>;
  readonly histories: Interned<History>;
  readonly logs: Interned<readonly Entry[]>;
  readonly #shapes = new Shapes();
  readonly #facts: NodeFacts[] = [];
  readonly #outcomes: Map<number, Outcome>[] = [];

  constructor(permutations: readonly Permutation[]) {
    this.nodes = new Interned(permutations);
    this.messages = new Interned(permutations);
    this.histories = new Interned(permutations);
    this.logs = new Interned(permutations);
  }

  inputOf(code: number): Input {
    if (code >= deliverCode) return { kind: "deliver", message: this.messages.value(code - deliverCode) };
    if (code >= proposeCode)
      return { kind: "propose", command: String.fromCharCode(97 + code - proposeCode) };
    return { kind: localKinds[code] as (typeof localKinds)[number] };
  }

  factsOf(node: number): NodeFacts {
    const known = this.#facts[node];
    if (known !== undefined) return known;
    const state = this.nodes.value(node);
    const { id, currentTerm: term, role } = state.core;
    const facts = {
      shape: this.#shapes.idOf(state, (other) => (other === id ? "self" : "other")),
      term,
      isLeader: role.name === "leader",
      writtenLog: this.logs.idOf(state.written.log),
      durableLog: this.logs.idOf(state.durable.log),
    };
    this.#facts[node] = facts;
    return facts;
  }

  /**
   * The effect of the input on a node whose writes are durable later, or at once. Throws errors of the core,
   * and `Violation`.
   */
  outcome(node: number, code: number, isDurableLater: boolean): Outcome {
    const byCode = this.#outcomes[node] ?? new Map<number, Outcome>();
    this.#outcomes[node] = byCode;
    const key = isDurableLater ? code : -1 - code;
    const known = byCode.get(key);
    if (known !== undefined) return known;
    const outcome = this.#compute(node, this.inputOf(code), isDurableLater ? apply : applyDurably);
    byCode.set(key, outcome);
    return outcome;
  }

  #compute(node: number, input: Input, applyTo: typeof apply): Outcome {
    const before = this.nodes.value(node);
    const step = applyTo(before, input);
    checkStep(before, input, step.node);
    const after = this.nodes.idOf(step.node);
    const sent = [...new Set(step.out.messages.map((message) => this.messages.idOf(message)))];
    const [was, is] = [this.factsOf(node), this.factsOf(after)];
    return {
      node: after,
      sent,
      isIdle: after === node && sent.length === 0 && step.out.reads.length === 0,
      changesLog: was.writtenLog !== is.writtenLog || was.durableLog !== is.durableLog,
      commits: step.node.core.commitIndex > before.core.commitIndex,
      step,
      histories: new Map(),
    };
  }

  /** The history after that outcome at `node`. Throws `Violation`. */
  historyAfter(history: number, node: number, outcome: Outcome): number {
    const known = outcome.histories.get(history);
    if (known !== undefined) return known;
    const after = recorded(this.histories.value(history), this.nodes.value(node), outcome.step);
    const id = this.histories.idOf(after);
    outcome.histories.set(history, id);
    return id;
  }

  /** The input as a line for people. */
  tell(node: number, code: number): string {
    const input = this.inputOf(code);
    const { id } = this.nodes.value(node).core;
    if (input.kind === "propose") return `node ${id}: proposal ${input.command}`;
    return input.kind === "deliver" ? tellMessage(input.message) : `node ${id}: ${input.kind}`;
  }
}

function tellMessage({ type, from, to, ...rest }: Message): string {
  const fields = Object.entries(rest).map(([name, value]) =>
    name === "entries" ? `entries=${tellEntries(value as readonly Entry[])}` : `${name}=${textOf(value)}`,
  );
  return `${from} → ${to}: ${type} ${fields.join(" ")}`;
}

export const tellEntries = (entries: readonly Entry[]): string => `[${entries.map(tellEntry).join(" ")}]`;

/** The term and the command. */
const tellEntry = ({ term, data }: Entry): string =>
  data.length === 0 ? String(term) : `${term}(${new TextDecoder().decode(data)})`;
