import type { Context } from "hono";
import { toIndex } from "../raft/types.ts";
import type { Page, PageQuery, QueryAnswer } from "../transport/protocol.ts";
import type { Cluster } from "./cluster.ts";
import { type Api, type AppEnv, callOf } from "./context.ts";
import { Problem } from "./problem.ts";
import type { Consistency } from "./query.ts";
import { logNotFound } from "./refusal.ts";

/** How pages are read, all of one request alike. */
export interface ReadOptions extends Consistency {
  /** Records of a page, at most. */
  readonly limit: number;
  readonly max_bytes: number;
}

/** Reads pages of one log, for one request. */
export class PageReader {
  readonly #c: Context<AppEnv>;
  readonly #api: Api;
  readonly #cluster: Cluster;
  readonly #log: string;
  readonly #options: ReadOptions;
  /** What the pages so far were true of: a later one is never older, whichever node gives it. */
  #seenIndex: number;

  constructor(c: Context<AppEnv>, api: Api, cluster: Cluster, log: string, options: ReadOptions) {
    this.#c = c;
    this.#api = api;
    this.#cluster = cluster;
    this.#log = log;
    this.#options = options;
    this.#seenIndex = options.min_index;
  }

  /** Throws the problems `log-not-found`, `trimmed` and `beyond-tail`. */
  async page(from: PageQuery["from"], waitMs: number): Promise<{ page: Page; index: number }> {
    const { result, index } = await this.#read(from, waitMs);
    if (result.kind !== "page") throw logNotFound(this.#log);
    assertWithin(from, result);
    return { page: result, index };
  }

  /** A later page. */
  async follow(seq: number, waitMs: number): Promise<Page> {
    const { result } = await this.#read({ at: "seq", seq }, waitMs);
    if (result.kind !== "page") throw logNotFound(this.#log);
    return result;
  }

  async #read(from: PageQuery["from"], waitMs: number): Promise<QueryAnswer> {
    const { consistency, timeout_ms, max_bytes: bytesMax, limit: recordsMax } = this.#options;
    const { world, router } = this.#api;
    const call = callOf(this.#c, world, timeout_ms + waitMs);
    const minIndex = toIndex(this.#seenIndex);
    const answer = await router.query(call, this.#cluster, () => {
      const leftMs = Math.max(0, Math.min(waitMs, call.deadline - timeout_ms - world.now()));
      const query = { kind: "page", name: this.#log, from, recordsMax, bytesMax, waitMs: leftMs } as const;
      return { kind: "query", query, consistency, minIndex };
    });
    this.#seenIndex = answer.index;
    return answer;
  }
}

function assertWithin(from: PageQuery["from"], { earliest, tail }: Page): void {
  if (from.at !== "seq") return;
  if (from.seq > tail) throw new Problem("beyond-tail", `The tail is ${tail}.`, { members: { tail } });
  if (from.seq >= earliest) return;
  throw new Problem("trimmed", `The earliest record is ${earliest}.`, { members: { earliest, tail } });
}
