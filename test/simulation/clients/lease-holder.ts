import { CONSUMER_PREFIX, consumerIn, consumerKey } from "../../../src/log/consumer.ts";
import type { Consumer } from "../../../src/log/outcome.ts";
import type { ConsumerCommand } from "../../../src/log/types.ts";
import { toIndex } from "../../../src/raft/types.ts";
import type { Answer } from "../../../src/transport/protocol.ts";
import { require } from "../checks/finding.ts";
import { Client, type Ground, isDefinite, outcomeOf, unexpected } from "./client.ts";
import type { LogHistory } from "./history.ts";

type Change = Pick<ConsumerCommand, "position" | "holder" | "leaseMs" | "expectedVersion">;

/** All lease holders of a log share this consumer. */
const consumer = "shared";

/**
 * Shares a consumer with others: moves its position on while it has the lease, or by its version while no client has.
 * A write without an answer may still arrive later, so the client goes on under another name after one.
 */
export class LeaseHolder extends Client {
  readonly #log: LogHistory;
  readonly #id: number;
  #names = 0;
  /** As it last saw it. */
  #known: Consumer | null = null;
  /** Whether it has the lease, as far as it knows. */
  #holds = false;

  constructor(ground: Ground, log: LogHistory, id: number) {
    super(ground);
    this.#log = log;
    this.#id = id;
  }

  get #name(): string {
    return `holder-${this.#id}-${this.#names}`;
  }

  protected act(): void {
    const { random } = this.ground.world;
    if (random.chance(0.15)) this.#look();
    else if (this.#holds) this.#use();
    else if (this.#known !== null && random.chance(0.3)) this.#moveByVersion(null, null);
    else
      this.#write({
        position: null,
        holder: this.#name,
        leaseMs: this.#drawLeaseMs(),
        expectedVersion: null,
      });
  }

  /** A move that takes the lease again gives the version: another may have had it since, and moved. */
  #use(): void {
    const { random } = this.ground.world;
    const own = { holder: this.#name, expectedVersion: null };
    const deed = random.pick(["move", "move", "move", "move and prolong", "prolong", "release"] as const);
    if (deed === "move") this.#write({ position: this.#drawPosition(), leaseMs: null, ...own });
    else if (deed === "move and prolong") this.#moveByVersion(this.#name, this.#drawLeaseMs());
    else this.#write({ position: null, leaseMs: deed === "release" ? 0 : this.#drawLeaseMs(), ...own });
  }

  #moveByVersion(holder: string | null, leaseMs: number | null): void {
    const expectedVersion = this.#known?.version ?? 0;
    this.#write({ position: this.#drawPosition(), holder, leaseMs, expectedVersion });
  }

  #drawPosition(): number {
    const position = this.#known?.position ?? 0;
    return this.ground.world.random.between(position, Math.max(position, this.#log.knownTail));
  }

  #drawLeaseMs(): number {
    const { random, plan } = this.ground.world;
    return plan.options.electionTimeoutMs * random.pick([1, 3, 10]);
  }

  #write(change: Change): void {
    const command = { kind: "consumer", name: this.#log.name, consumer, ...change } as const;
    this.ask({ kind: "command", command }, (answer) => {
      const isOver = answer !== null && this.#answered(change, answer);
      if (!isOver) this.#rename();
      this.start();
    });
  }

  #rename(): void {
    this.#names += 1;
    this.#holds = false;
  }

  /** False if the write may still happen. */
  #answered(change: Change, answer: Answer): boolean {
    this.mark(answer);
    const outcome = outcomeOf(answer);
    if (outcome.kind === "failure") return isDefinite(outcome);
    if (outcome.kind === "refused") {
      const isUsual = /^(lease-held|version-mismatch|log-not-found)$/.test(outcome.refusal.reason);
      if (!isUsual) unexpected("a consumer's write", outcome.refusal);
      this.#holds = false;
      return true;
    }
    require(outcome.kind === "consumer", "answers", () => `a consumer was answered by ${outcome.kind}`);
    if (outcome.consumer !== null) this.#wrote(change, outcome.consumer);
    return true;
  }

  #wrote({ holder, position, leaseMs }: Change, written: Consumer): void {
    const { version: index } = written;
    const isMoveUnderLease = holder !== null && position !== null && leaseMs === null;
    this.#log.consumerWrites.push({ consumer, holder, isMoveUnderLease, written });
    this.ground.histories.acknowledgedIndex = Math.max(this.ground.histories.acknowledgedIndex, index);
    this.#known = written;
    this.#holds = holder !== null && leaseMs !== 0;
  }

  #look(): void {
    const { histories, world } = this.ground;
    const consistency = world.random.pick(["linearizable", "local"] as const);
    const least = consistency === "linearizable" ? histories.acknowledgedIndex : 0;
    const { name } = this.#log;
    const query = { kind: "documents", name, prefix: CONSUMER_PREFIX, after: null, limit: 1 } as const;
    this.ask({ kind: "query", query, consistency, minIndex: toIndex(0) }, (answer) => {
      if (answer !== null) this.#saw(least, answer);
      this.start();
    });
  }

  #saw(least: number, answer: Answer): void {
    this.mark(answer);
    if (answer.kind !== "result" || answer.result.kind !== "documents") return;
    const { index, result } = answer;
    require(index >= least, "read covers what was acknowledged", () => `index ${index} is below ${least}`);
    const [document] = result.documents;
    require(document === undefined || document.key === consumerKey(consumer), "answers", () =>
      `${document?.key} is no consumer of ${this.#log.name}`);
    const seen = document === undefined ? null : consumerIn(document);
    this.#log.consumerSightings.push({ consumer, index, seen });
    if (seen !== null && seen.version > (this.#known?.version ?? 0)) this.#known = seen;
  }
}
