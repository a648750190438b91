import { appendCommand, createCommand } from "../../../src/log/commands.ts";
import type { Answer } from "../../../src/transport/protocol.ts";
import { require } from "../checks/finding.ts";
import { Client, type Ground, isDefinite, outcomeOf, unexpected } from "./client.ts";
import type { LogHistory, OpenAppend } from "./history.ts";
import { encodeBatch } from "./payload.ts";

/** Creates a log. Every client does so before it uses one. */
export function createLog(
  ask: (done: (answer: Answer | null) => void) => void,
  ground: Ground,
  log: LogHistory,
  then: (isThere: boolean) => void,
): void {
  const invoked = ground.histories.tick();
  ask((answer) => {
    if (answer?.kind === "outcome" && answer.outcome.kind === "created") {
      ground.histories.sawTail(log, invoked, answer.outcome.tail);
      then(true);
    } else {
      then(false);
    }
  });
}

/** Appends without a producer, and without retries. Some appends have a condition. */
export class Appender extends Client {
  readonly #log: LogHistory;
  #isThere = false;

  constructor(ground: Ground, log: LogHistory) {
    super(ground);
    this.#log = log;
  }

  protected act(): void {
    if (this.#isThere) this.#append();
    else this.#create();
  }

  #create(): void {
    const { name } = this.#log;
    const ask = (done: (answer: Answer | null) => void): void =>
      this.ask({ kind: "command", command: createCommand(name) }, done);
    createLog(ask, this.ground, this.#log, (isThere) => {
      this.#isThere = isThere;
      this.start();
    });
  }

  #append(): void {
    const { histories, world } = this.ground;
    const { random, plan } = world;
    const { name, knownTail } = this.#log;
    const records = histories.newRecords(random.between(1, plan.clients.batchMax));
    const expectedSeq = random.chance(0.3) ? knownTail + (random.chance(0.2) ? 1 : 0) : null;
    const open = histories.invoke(this.#log, records, expectedSeq);
    const batch = { count: records.length, records: encodeBatch(records, random) };
    const command = appendCommand(name, batch, { expectedSeq });
    this.ask({ kind: "command", command }, (answer) => {
      if (answer !== null) this.#answered(open, answer);
      this.start();
    });
  }

  #answered(open: OpenAppend, answer: Answer): void {
    const { histories } = this.ground;
    this.mark(answer);
    const outcome = outcomeOf(answer);
    if (outcome.kind === "appended") {
      const right = !outcome.duplicate && outcome.end === outcome.start + open.records.length;
      require(right, "answers", () => `an append was answered by ${JSON.stringify(outcome)}`);
      histories.acknowledge(this.#log, open, outcome);
    } else if (outcome.kind === "refused") {
      const { refusal } = outcome;
      if (refusal.reason !== "sequence-mismatch" || refusal.tail === open.expected)
        unexpected("an append", refusal);
      histories.fail(open);
      histories.sawTail(this.#log, open.invoked, refusal.tail);
    } else if (outcome.kind === "failure" && isDefinite(outcome)) {
      histories.fail(open);
    }
  }
}
