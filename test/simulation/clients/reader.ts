import { toIndex } from "../../../src/raft/types.ts";
import type {
  Answer,
  Page,
  PageQuery,
  Query,
  QueryAnswer,
  QueryRequest,
  QueryResult,
} from "../../../src/transport/protocol.ts";
import { require } from "../checks/finding.ts";
import { Client, type Ground } from "./client.ts";
import type { LogHistory } from "./history.ts";
import { recordsIn } from "./payload.ts";

/** A query under way, and what it must see. */
interface Inquiry {
  readonly request: QueryRequest;
  readonly invoked: number;
  /** The largest Raft index that was acknowledged before the query was sent. */
  readonly acknowledged: number;
}

/** Reads pages and descriptions at any node, linearizably or locally. */
export class Reader extends Client {
  readonly #log: LogHistory;

  constructor(ground: Ground, log: LogHistory) {
    super(ground);
    this.#log = log;
  }

  protected act(): void {
    const { histories, world } = this.ground;
    const { random } = world;
    const { name } = this.#log;
    const acknowledged = histories.acknowledgedIndex;
    const query = random.chance(0.25) ? ({ kind: "describe", name } as const) : this.#drawPage();
    const consistency = random.chance(0.6) ? "linearizable" : "local";
    const minIndex = toIndex(random.chance(0.2) ? acknowledged : 0);
    const request = { kind: "query", query, consistency, minIndex } as const;
    const inquiry = { request, invoked: histories.tick(), acknowledged };
    this.ask(request, (answer, readable) => {
      if (answer !== null) this.#answered(inquiry, answer);
      if (answer?.kind === "result") this.#waited(query, answer.result, readable);
      this.start();
    });
  }

  #drawPage(): PageQuery {
    const { random, plan } = this.ground.world;
    const seq = random.below(this.#log.knownTail + 3);
    const count = random.between(1, 5);
    const from = random.pick([
      { at: "seq", seq },
      { at: "seq", seq },
      { at: "earliest" },
      { at: "tail" },
      { at: "last", count },
    ] as const);
    const waitMs = random.chance(0.2) ? random.between(1, plan.options.electionTimeoutMs) : 0;
    const recordsMax = random.pick([1, 5, 50]);
    return {
      kind: "page",
      until: null,
      name: this.#log.name,
      from,
      recordsMax,
      bytesMax: random.pick([1, 200, 10_000]),
      waitMs,
    };
  }

  #answered({ request, invoked, acknowledged }: Inquiry, answer: Answer): void {
    this.mark(answer);
    if (answer.kind === "failure") {
      const right = answer.reason !== "outcome-unknown" && answer.reason !== "superseded";
      require(right, "answers", () => `a query was answered by ${answer.reason}`);
      return;
    }
    require(answer.kind === "result", "answers", () => `a query was answered by ${answer.kind}`);
    const isLinearizable = request.consistency === "linearizable";
    const least = Math.max(request.minIndex, isLinearizable ? acknowledged : 0);
    require(answer.index >= least, "read covers what was acknowledged", () =>
      `index ${answer.index} is below ${least}`);
    this.#saw(request, invoked, isLinearizable, answer);
  }

  #saw(
    request: QueryRequest,
    invoked: number,
    isLinearizable: boolean,
    { result, index }: QueryAnswer,
  ): void {
    const returned = this.ground.histories.tick();
    const infinity = Number.POSITIVE_INFINITY;
    const note = (from: number, records: number[], tail: number): void => {
      const tailMax = isLinearizable ? tail : infinity;
      this.#log.observations.push({ invoked, returned, from, records, tailMin: tail, tailMax });
      this.#log.tails.push({ index, tail });
      this.#log.knownTail = Math.max(this.#log.knownTail, tail);
    };
    if (result.kind === "description") {
      note(result.tail, [], result.tail);
    } else if (result.kind === "page") {
      require(request.query.kind === "page", "answers", () => "a page was not asked for");
      note(result.from, this.#readPage(request.query, result), result.tail);
    } else {
      const wasThere =
        isLinearizable &&
        this.#log.acknowledgements.some(({ appended }) => appended.index <= request.minIndex);
      require(result.kind === "log-not-found" && !wasThere, "answers", () =>
        `${result.kind} for a log that is there`);
    }
  }

  /** A reader that waited, and got nothing, was told so by a node that had nothing. */
  #waited(query: Query, result: QueryResult, readable: number): void {
    if (query.kind !== "page" || query.waitMs === 0 || result.kind !== "page") return;
    if (result.from < result.tail || readable === 0) return;
    this.#log.tails.push({ index: readable, tail: result.tail });
  }

  /** The page's records, if it is what was asked for. */
  #readPage(query: PageQuery, page: Page): number[] {
    const { from, next, tail, complete, batches } = page;
    const records = recordsIn(batches, from, next);
    // A page that was waited for begins where the tail was when the wait began.
    const hasWaited = query.waitMs > 0 && query.from.at !== "seq";
    const expected = this.#expectedFrom(query, tail);
    const begins = from === expected || (hasWaited && from < expected && from < tail);
    const dense = records.length === next - from && records.length <= query.recordsMax;
    const whole = complete === next >= tail && (from >= tail || records.length > 0);
    require(begins && dense && whole, "pages", () =>
      `${JSON.stringify(query)} gave [${from}, ${next}) of ${tail}`);
    return records;
  }

  #expectedFrom({ from }: PageQuery, tail: number): number {
    switch (from.at) {
      case "seq":
        return from.seq;
      case "earliest":
        return 0;
      case "tail":
        return tail;
      case "last":
        return Math.max(0, tail - from.count);
      case "time":
        throw new Error("no reader of the simulation begins at a time");
    }
  }
}
