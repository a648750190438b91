import { appendCommand } from "../../../src/log/commands.ts";
import { toIndex } from "../../../src/raft/types.ts";
import type { Answer, QueryRequest } from "../../../src/transport/protocol.ts";
import { type Ground, isDefinite, outcomeOf } from "../clients/client.ts";
import type { LogHistory } from "../clients/history.ts";
import { encodeBatch, recordsIn } from "../clients/payload.ts";
import type { Machine } from "../world/machine.ts";
import { require } from "./finding.ts";

/** How long a leader may wait before it announces a commit, ms (docs/how-it-works.md). */
const announcedAfterMs = 20;

/** Writes to disk that the news may have to wait for, one after the other: of the leader and of the follower. */
const syncsMax = 4;

/** A follower that is probed has to answer first, at worst. */
const tripsMax = 3;

const roundsJudged = 2;

/** A round in which leadership moves shows nothing. It does not move for ever. */
const roundsMax = 20;

/** Longer than any bound, in election timeouts. */
const patienceTimeouts = 10;

/** An answer, and when it came, ms. */
interface Heard {
  answer: Answer | null;
  at: number;
}

/**
 * A record is appended while a reader waits for it at each follower. All must hear of it within a bounded time of its
 * acknowledgement, which is shorter than most heartbeats.
 */
export class WaitingReaders {
  readonly #ground: Ground;
  readonly #log: LogHistory;
  readonly #until: (isDone: () => boolean) => void;

  /** The cluster has the log. `until` runs the world. */
  constructor(ground: Ground, log: LogHistory, until: (isDone: () => boolean) => void) {
    this.#ground = ground;
    this.#log = log;
    this.#until = until;
  }

  /** `settled` gives the members once they hold the same log and nothing is under way. */
  run(settled: () => readonly Machine[]): void {
    let judged = 0;
    for (let round = 0; judged < roundsJudged; round++) {
      require(round < roundsMax, "liveness", () => "leadership moves for ever");
      if (this.#round(settled())) judged += 1;
    }
  }

  /** False if it shows nothing. */
  #round(members: readonly Machine[]): boolean {
    const leader = members.find((machine) => machine.leads);
    const term = leader?.status?.currentTerm;
    if (leader === undefined) return false;
    const followers = members.filter((machine) => machine !== leader);
    const readers = followers.map((machine) => this.#wait(machine));
    const record = this.#ground.histories.newRecords(1)[0] as number;
    const append = this.#append(leader, record);
    this.#until(() => [append, ...readers].every(({ answer }) => answer !== null));
    const isAppended = append.answer?.kind === "outcome" && append.answer.outcome.kind === "appended";
    if (!isAppended || !leader.leads || leader.status?.currentTerm !== term) return false;
    for (const reader of readers) this.#judge(reader, record, append.at);
    return true;
  }

  #wait(machine: Machine): Heard {
    const { electionTimeoutMs } = this.#ground.world.plan.options;
    const waitMs = patienceTimeouts * electionTimeoutMs;
    const limits = { until: null, recordsMax: 1, bytesMax: 10_000, waitMs };
    const query = { kind: "page", name: this.#log.name, from: { at: "tail" }, ...limits } as const;
    const request: QueryRequest = { kind: "query", query, consistency: "local", minIndex: toIndex(0) };
    return this.#ask(machine, request);
  }

  #append(leader: Machine, record: number): Heard {
    const { histories, world } = this.#ground;
    const open = histories.invoke(this.#log, [record], null);
    const batch = { count: 1, records: encodeBatch([record], world.random) };
    const command = appendCommand(this.#log.name, batch);
    return this.#ask(leader, { kind: "command", command }, (answer) => {
      const outcome = outcomeOf(answer);
      if (outcome.kind === "appended") histories.acknowledge(this.#log, open, outcome);
      else if (outcome.kind === "failure" && isDefinite(outcome)) histories.fail(open);
    });
  }

  #ask(machine: Machine, request: Parameters<Machine["request"]>[0], hear = (_: Answer): void => {}): Heard {
    const { scheduler, plan } = this.#ground.world;
    const heard: Heard = { answer: null, at: 0 };
    const timeoutMs = 2 * patienceTimeouts * plan.options.electionTimeoutMs;
    machine.request(request, timeoutMs, false, (answer) => {
      Object.assign(heard, { answer, at: scheduler.now });
      hear(answer);
    });
    return heard;
  }

  #judge({ answer, at }: Heard, record: number, acknowledgedAt: number): void {
    const { network, disk } = this.#ground.world.plan;
    const result = answer?.kind === "result" ? answer.result : null;
    const records = result?.kind === "page" ? recordsIn(result.batches, result.from, result.next) : [];
    const boundMs = announcedAfterMs + tripsMax * network.latencyMsMax + syncsMax * disk.syncMsMax;
    const isRight = records[0] === record && at - acknowledgedAt <= boundMs;
    require(isRight, "readers that wait hear soon", () =>
      `${at - acknowledgedAt} ms after record ${record} was acknowledged, a reader got ${records}; bound ${boundMs} ms`);
  }
}
