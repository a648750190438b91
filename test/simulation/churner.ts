import type { Command } from "../../src/log/types.ts";
import type { Answer } from "../../src/transport/protocol.ts";
import { Client, type Ground, isDefinite, outcomeOf } from "./client.ts";
import type { LogHistory, OpenAppend } from "./history.ts";
import { encodeBatch } from "./payload.ts";

/** Creates, fills and deletes a log of its own, over and over. */
export class Churner extends Client {
  readonly #log: LogHistory;

  constructor(ground: Ground, log: LogHistory) {
    super(ground);
    this.#log = log;
  }

  protected act(): void {
    const { random } = this.ground.world;
    const { name } = this.#log;
    const kind = random.pick(["create", "create", "append", "append", "append", "delete"] as const);
    if (kind === "append") this.#append();
    else this.#command({ kind, name }, () => {});
  }

  #append(): void {
    const { histories, world } = this.ground;
    const records = histories.newRecords(world.random.between(1, world.plan.clients.batchMax));
    const open = histories.invoke(this.#log, records, null);
    const batch = { count: records.length, records: encodeBatch(records, world.random) };
    const command = {
      kind: "append",
      name: this.#log.name,
      ...batch,
      expectedSeq: null,
      producer: null,
    } as const;
    this.#command(command, (answer) => this.#appended(open, answer));
  }

  #command(command: Command, done: (answer: Answer) => void): void {
    this.ask({ kind: "command", command }, (answer) => {
      if (answer !== null) {
        this.mark(answer);
        done(answer);
      }
      this.start();
    });
  }

  #appended(open: OpenAppend, answer: Answer): void {
    const outcome = outcomeOf(answer);
    if (outcome.kind === "appended") this.ground.histories.acknowledge(this.#log, open, outcome);
    else if (outcome.kind === "refused" || (outcome.kind === "failure" && isDefinite(outcome)))
      this.ground.histories.fail(open);
  }
}
