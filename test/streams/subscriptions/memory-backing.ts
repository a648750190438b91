import { Problem } from "../../../src/http/problem.ts";
import { decide } from "../../../src/log/decide.ts";
import { encodeLogEntry } from "../../../src/log/entry-codec.ts";
import type { Outcome, OutcomeOf } from "../../../src/log/outcome.ts";
import type { Command } from "../../../src/log/types.ts";
import { evaluate } from "../../../src/node/queries.ts";
import { createEntry } from "../../../src/raft/entry.ts";
import { bootstrapIdentity } from "../../../src/raft/identity.ts";
import { toIndex } from "../../../src/raft/types.ts";
import type { Backing } from "../../../src/streams/subscriptions/backing.ts";
import type { ResultOf } from "../../../src/transport/answer-of.ts";
import type { Query } from "../../../src/transport/protocol.ts";
import { lastIndex as lastIndexOf, persist } from "../../storage/fixture.ts";
import { memoryStorage } from "../../storage/node-database.ts";

/**
 * The fate of the next command: it or its answer is lost, it takes effect together with the next one, there is no leader, or
 * another client's action comes in between.
 */
export type Mishap = "lost-before" | "lost-after" | "late" | "no-leader" | (() => Promise<void>);

/** A cluster without consensus: all of its entries are committed. Its decisions and its reads are the real ones. */
export class MemoryBacking implements Backing {
  /** The leader's clock, ms since the epoch. */
  now = 1_000_000;
  readonly commands: Command[] = [];
  readonly queries: Query[] = [];
  readonly mishaps: Mishap[] = [];
  readonly #late: Command[] = [];
  readonly #storage = memoryStorage();

  constructor() {
    this.#storage.prepare(bootstrapIdentity("main", 1, ["weur"]));
    this.#storage.write(persist({ hardState: { currentTerm: 1, votedFor: null } }));
  }

  async command<C extends Command>(command: C): Promise<OutcomeOf<C>> {
    this.commands.push(command);
    for (const late of this.#late.splice(0)) this.#carryOut(late);
    const mishap = this.mishaps.shift();
    if (mishap === "late") this.#late.push(command);
    if (mishap === "no-leader") throw new Problem("no-leader", "there is no leader");
    if (mishap === "lost-before" || mishap === "late") throw new Problem("outcome-unknown", "lost");
    if (typeof mishap === "function") await mishap();
    const outcome = this.#carryOut(command) as OutcomeOf<C>;
    if (mishap === "lost-after") throw new Problem("outcome-unknown", "lost");
    return outcome;
  }

  async query<Q extends Query>(query: Q): Promise<ResultOf<Q>> {
    this.queries.push(query);
    return evaluate(query, this.#storage, lastIndexOf(this.#storage)) as ResultOf<Q>;
  }

  #carryOut(command: Command): Outcome {
    const last = lastIndexOf(this.#storage);
    const decision = decide(command, this.#storage.view(last), this.now);
    if (decision.kind !== "propose") return decision.outcome;
    const index = toIndex(last + 1);
    const entry = createEntry(index, 1, "command", encodeLogEntry(decision.entry));
    this.#storage.write({
      hardState: null,
      quiesce: null,
      truncateFrom: null,
      snapshot: null,
      append: [entry],
    });
    return decision.outcome(index, 1);
  }
}
