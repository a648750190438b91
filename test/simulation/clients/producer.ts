import { appendCommand, createCommand } from "../../../src/log/commands.ts";
import type { Appended, Refusal } from "../../../src/log/outcome.ts";
import type { AppendCommand } from "../../../src/log/types.ts";
import type { Answer } from "../../../src/transport/protocol.ts";
import { require } from "../checks/finding.ts";
import { createLog } from "./appender.ts";
import { Client, type Ground, isDefinite, outcomeOf, unexpected } from "./client.ts";
import type { LogHistory, OpenAppend } from "./history.ts";
import { encodeBatch } from "./payload.ts";

/** One batch of a producer, through all its attempts. */
interface Delivery {
  readonly append: OpenAppend;
  readonly command: AppendCommand;
  /** Attempts without a definite answer. */
  uncertain: number;
  attempts: number;
  isOver: boolean;
}

/** A batch is given up after this many attempts; the producer then goes on in a new epoch. */
const attemptsMax = 12;

/** Appends exactly once: tries each batch again, at any node and sometimes at two, until it is acknowledged. */
export class Producer extends Client {
  readonly #log: LogHistory;
  readonly #id: string;
  #isThere = false;
  #epoch = 0;
  #seq = 0;

  constructor(ground: Ground, log: LogHistory, id: string) {
    super(ground);
    this.#log = log;
    this.#id = id;
  }

  protected act(): void {
    if (this.#isThere) this.#deliver();
    else this.#create();
  }

  #create(): void {
    const ask = (done: (answer: Answer | null) => void): void =>
      this.ask({ kind: "command", command: createCommand(this.#log.name) }, done);
    createLog(ask, this.ground, this.#log, (isThere) => {
      this.#isThere = isThere;
      this.start();
    });
  }

  #deliver(): void {
    const { histories, world } = this.ground;
    const { random, plan } = world;
    const records = histories.newRecords(random.between(1, plan.clients.batchMax));
    const expectedSeq = random.chance(0.1) ? this.#log.knownTail : null;
    const append = histories.invoke(this.#log, records, expectedSeq);
    const producer = { id: this.#id, epoch: this.#epoch, seq: this.#seq };
    const batch = { count: records.length, records: encodeBatch(records, random) };
    const command = appendCommand(this.#log.name, batch, { expectedSeq, producer });
    this.#attempt({ append, command, uncertain: 0, attempts: 0, isOver: false });
  }

  #attempt(delivery: Delivery): void {
    if (delivery.isOver) return;
    if (delivery.attempts >= attemptsMax) {
      this.#giveUp(delivery);
      return;
    }
    this.#send(delivery, () => this.pause(() => this.#attempt(delivery)));
    if (this.ground.world.random.chance(0.1)) this.#send(delivery, () => {});
  }

  #send(delivery: Delivery, retry: () => void): void {
    delivery.attempts += 1;
    delivery.uncertain += 1;
    const invoked = this.ground.histories.tick();
    this.ask({ kind: "command", command: delivery.command }, (answer) => {
      if (answer !== null) this.#answered(delivery, invoked, answer);
      if (!delivery.isOver) retry();
    });
  }

  #giveUp(delivery: Delivery): void {
    delivery.isOver = true;
    if (delivery.uncertain === 0) this.ground.histories.fail(delivery.append);
    this.#epoch += 1;
    this.#seq = 0;
    this.ground.world.marks.count("client: new epoch");
    this.start();
  }

  #answered(delivery: Delivery, invoked: number, answer: Answer): void {
    this.mark(answer);
    const outcome = outcomeOf(answer);
    if (outcome.kind === "appended") this.#appended(delivery, outcome);
    else if (outcome.kind === "refused") this.#refused(delivery, invoked, outcome.refusal);
    else if (outcome.kind === "failure" && isDefinite(outcome)) delivery.uncertain -= 1;
  }

  #appended(delivery: Delivery, appended: Appended): void {
    const { append } = delivery;
    const same = append.start === null || append.start === appended.start;
    const whole = appended.end === appended.start + append.records.length;
    require(same && whole, "exactly once", () =>
      `a retry of a batch at ${append.start} was put at ${appended.start}`);
    // A batch that was given up as failed, and is acknowledged to a late attempt, is caught by R3.
    const wasOver = delivery.isOver;
    if (append.outcome !== "failed") this.ground.histories.acknowledge(this.#log, append, appended);
    if (wasOver) return;
    delivery.isOver = true;
    this.#seq += 1;
    this.start();
  }

  #refused(delivery: Delivery, invoked: number, refusal: Refusal): void {
    const { command, append } = delivery;
    if (refusal.reason === "sequence-mismatch" && refusal.tail !== command.expectedSeq) {
      delivery.uncertain -= 1;
      this.ground.histories.sawTail(this.#log, invoked, refusal.tail);
      const early = refusal.tail < refusal.expectedSeq;
      require(early || append.outcome !== "acknowledged", "exactly once", () =>
        "a duplicate was refused for its condition");
      if (!delivery.isOver) this.#giveUp(delivery);
      return;
    }
    const isOldEpoch = command.producer !== null && command.producer.epoch < this.#epoch;
    if (refusal.reason !== "stale-producer-epoch" || !isOldEpoch) unexpected("a producer's append", refusal);
    delivery.uncertain -= 1;
  }
}
