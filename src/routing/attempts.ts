import { Problem } from "../http/problem.ts";
import type { FailureReason } from "../transport/protocol.ts";
import type { Call, World } from "./world.ts";

const backoffMsMin = 10;
const backoffMsMax = 250;
/** A hanging node costs at most half of the remaining time, but no attempt gets less than this, ms. */
const attemptMsMin = 500;

/** The problem if it is not known whether a request happened. */
export function outcomeUnknown(cause?: unknown): Problem {
  const detail = "The answer was lost: this may have happened, or may still happen.";
  return new Problem("outcome-unknown", detail, { cause });
}

/** The problem for a node's failure. */
export function failureProblem(reason: FailureReason, cluster: string): Problem {
  switch (reason) {
    case "outcome-unknown":
      return outcomeUnknown();
    case "busy":
      return new Problem(reason, "The leader accepts no more right now.");
    case "too-many-requests":
      return new Problem(reason, "The node accepts no more requests right now.");
    case "too-many-readers":
      return new Problem(reason, "The nodes accept no more readers right now.");
    case "unreadable":
      return new Problem(reason, "The copies on the asked nodes are damaged.");
    case "timeout":
      return new Problem(reason, "No node could confirm the read, or reach `min_index`, in time.");
    case "not-leader":
    case "superseded":
    case "no-such-peer":
    case "no-such-cluster":
      return new Problem("no-leader", `No leader of the cluster ${cluster} answered in time.`);
  }
}

/** The attempts of one call. */
export class Attempts {
  readonly #world: World;
  readonly #call: Call;
  readonly #cluster: string;
  #attempts = 0;
  #last: FailureReason = "not-leader";
  #mayHaveHappened = false;
  #hasBootstrapped = false;

  constructor(world: World, call: Call, cluster: string) {
    this.#world = world;
    this.#call = call;
    this.#cluster = cluster;
  }

  /** How long the next attempt may take, ms. Throws when the time is over. */
  attemptMs(mayRepeat: boolean, waitMs = 0): number {
    const leftMs = this.leftMs();
    if (leftMs <= 0) throw this.problem();
    if (!mayRepeat) return leftMs;
    return Math.min(leftMs, waitMs + Math.max((leftMs - waitMs) / 2, attemptMsMin));
  }

  /** Notes why the last attempt failed. */
  note(reason: FailureReason): void {
    this.#last = reason;
    if (reason === "outcome-unknown") this.#mayHaveHappened = true;
  }

  /** The nodes belong to no cluster yet. True once: setting them up takes the place of the next pause. */
  takeBootstrap(): boolean {
    if (this.#last !== "no-such-cluster" || this.#hasBootstrapped) return false;
    this.#hasBootstrapped = true;
    this.#attempts++;
    return true;
  }

  /** Waits between two attempts. The first hint at another node is followed at once. */
  async pause(isNamed: boolean): Promise<void> {
    this.#attempts++;
    if (isNamed && this.#attempts === 1) return;
    const backoffMs =
      Math.min(backoffMsMax, backoffMsMin * 2 ** this.#attempts) * (0.5 + this.#world.random() / 2);
    await this.#world.sleep(Math.max(0, Math.min(backoffMs, this.leftMs())));
  }

  /** The problem that all attempts result in. */
  problem(): Problem {
    if (this.#mayHaveHappened) return failureProblem("outcome-unknown", this.#cluster);
    return failureProblem(this.#last, this.#cluster);
  }

  /** Milliseconds until the deadline; negative after it. */
  leftMs(): number {
    return this.#call.deadline - this.#world.now();
  }
}
