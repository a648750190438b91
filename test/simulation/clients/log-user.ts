import { appendCommand } from "../../../src/log/commands.ts";
import type { Outcome } from "../../../src/log/outcome.ts";
import type { AppendCommand, Command } from "../../../src/log/types.ts";
import { toIndex } from "../../../src/raft/types.ts";
import type { Answer, Failure, QueryAnswer } from "../../../src/transport/protocol.ts";
import { require } from "../checks/finding.ts";
import type { Sighting } from "../checks/sightings.ts";
import { Client, isDefinite, outcomeOf } from "./client.ts";
import type { LogHistory, OpenAppend } from "./history.ts";
import { encodeBatch } from "./payload.ts";

/** Uses logs that other clients may change at any time: every answer is judged by the index that it names. */
export abstract class LogUser extends Client {
  protected command(log: LogHistory, command: Command, done: (answer: Answer) => void = () => {}): void {
    this.ask({ kind: "command", command }, (answer) => {
      if (answer !== null) {
        this.mark(answer);
        this.#heard(log, outcomeOf(answer));
        done(answer);
      }
      this.start();
    });
  }

  #heard(log: LogHistory, outcome: Outcome | Failure): void {
    if (outcome.kind === "created" || outcome.kind === "altered") {
      log.isThere = true;
      log.knownTail = outcome.tail;
    }
    const isMissing = outcome.kind === "refused" && /^log-(not-found|gone)$/.test(outcome.refusal.reason);
    if (outcome.kind === "deleted" || isMissing) log.isThere = false;
  }

  protected append(log: LogHistory, parts: Pick<AppendCommand, "closes">): void {
    const { histories, world } = this.ground;
    const records = histories.newRecords(world.random.between(1, world.plan.clients.batchMax));
    const open = histories.invoke(log, records, null);
    const batch = { count: records.length, records: encodeBatch(records, world.random) };
    this.command(log, appendCommand(log.name, batch, parts), (answer) => this.#appended(log, open, answer));
  }

  #appended(log: LogHistory, open: OpenAppend, answer: Answer): void {
    const { histories } = this.ground;
    const outcome = outcomeOf(answer);
    if (outcome.kind === "appended") histories.acknowledge(log, open, outcome);
    else if (outcome.kind === "refused" || (outcome.kind === "failure" && isDefinite(outcome)))
      histories.fail(open);
  }

  /** At any node, from anywhere in the log. */
  protected read(log: LogHistory): void {
    const { histories, world } = this.ground;
    const { random } = world;
    const { name } = log;
    const from = this.#drawStart(log);
    const limits = { recordsMax: random.pick([1, 5, 50]), bytesMax: random.pick([1, 10_000]), waitMs: 0 };
    const query = { kind: "page", name, from, until: null, ...limits } as const;
    const consistency = random.pick(["linearizable", "local"] as const);
    const least = consistency === "linearizable" ? histories.acknowledgedIndex : 0;
    this.ask({ kind: "query", query, consistency, minIndex: toIndex(0) }, (answer) => {
      if (answer !== null) this.mark(answer);
      if (answer?.kind === "result") this.#saw(log, from, least, answer);
      this.start();
    });
  }

  #drawStart({ knownTail }: LogHistory): Sighting["from"] {
    const { random } = this.ground.world;
    const seq = random.below(knownTail + 2);
    const count = random.between(1, 5);
    return random.pick([{ at: "earliest" }, { at: "earliest" }, { at: "seq", seq }, { at: "last", count }]);
  }

  #saw(log: LogHistory, from: Sighting["from"], least: number, { result, index }: QueryAnswer): void {
    require(index >= least, "read covers what was acknowledged", () => `index ${index} is below ${least}`);
    log.sightings.push({ name: log.name, from, index, result });
    log.isThere = result.kind === "page";
    if (result.kind === "page") log.knownTail = result.tail;
  }
}
