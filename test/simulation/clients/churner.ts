import { appendCommand, createCommand } from "../../../src/log/commands.ts";
import type { Command } from "../../../src/log/types.ts";
import { toIndex } from "../../../src/raft/types.ts";
import type { Answer, QueryAnswer } from "../../../src/transport/protocol.ts";
import { require } from "../checks/finding.ts";
import { Client, type Ground, isDefinite, outcomeOf } from "./client.ts";
import type { LogHistory, OpenAppend } from "./history.ts";
import { encodeBatch, recordsIn } from "./payload.ts";

/** Creates, fills, trims, reads and deletes a log of its own, over and over. */
export class Churner extends Client {
  readonly #log: LogHistory;

  constructor(ground: Ground, log: LogHistory) {
    super(ground);
    this.#log = log;
  }

  protected act(): void {
    const { random } = this.ground.world;
    const { name } = this.#log;
    const kind = random.pick([
      "create",
      "create",
      "append",
      "append",
      "trim",
      "document",
      "delete",
      "read",
      "read",
    ] as const);
    if (kind === "append") this.#append();
    else if (kind === "read") this.#read();
    else if (kind === "trim") this.#trim();
    else if (kind === "document") this.#document();
    else this.#command(kind === "create" ? createCommand(name) : { kind, name }, () => {});
  }

  #append(): void {
    const { histories, world } = this.ground;
    const records = histories.newRecords(world.random.between(1, world.plan.clients.batchMax));
    const open = histories.invoke(this.#log, records, null);
    const batch = { count: records.length, records: encodeBatch(records, world.random) };
    this.#command(appendCommand(this.#log.name, batch), (answer) => this.#appended(open, answer));
  }

  #trim(): void {
    const before = this.ground.world.random.between(0, this.#log.knownTail);
    this.#command({ kind: "trim", name: this.#log.name, before }, () => {});
  }

  #document(): void {
    const { random } = this.ground.world;
    const value = random.chance(0.2) ? null : Uint8Array.of(random.between(0, 255));
    const key = random.pick(["a", "b"]);
    this.#command({ kind: "document", name: this.#log.name, key, value, expectedVersion: null }, () => {});
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

  /** From the beginning of the life that the node has. */
  #read(): void {
    const { histories, world } = this.ground;
    const limits = { recordsMax: world.random.pick([1, 50]), bytesMax: 10_000, waitMs: 0 };
    const query = {
      kind: "page",
      name: this.#log.name,
      from: { at: "earliest" },
      until: null,
      ...limits,
    } as const;
    const consistency = world.random.pick(["linearizable", "local"] as const);
    const invoked = histories.tick();
    this.ask({ kind: "query", query, consistency, minIndex: toIndex(0) }, (answer) => {
      if (answer !== null) this.mark(answer);
      if (answer?.kind === "result") this.#saw(answer, invoked, consistency === "linearizable");
      this.start();
    });
  }

  #saw({ result, index }: QueryAnswer, invoked: number, isLinearizable: boolean): void {
    if (result.kind !== "page") {
      this.#log.tails.push({ index, tail: null });
      return;
    }
    const { from, next, tail, batches } = result;
    const records = recordsIn(batches, from, next);
    require(records.length === next - from, "pages", () =>
      `[${from}, ${next}) has ${records.length} records`);
    const tailMax = isLinearizable ? tail : Number.POSITIVE_INFINITY;
    const returned = this.ground.histories.tick();
    this.#log.observations.push({ invoked, returned, from, records, tailMin: tail, tailMax });
    this.#log.tails.push({ index, tail });
  }

  #appended(open: OpenAppend, answer: Answer): void {
    const outcome = outcomeOf(answer);
    if (outcome.kind === "appended") this.ground.histories.acknowledge(this.#log, open, outcome);
    else if (outcome.kind === "refused" || (outcome.kind === "failure" && isDefinite(outcome)))
      this.ground.histories.fail(open);
  }
}
