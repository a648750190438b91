import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import { toIndex } from "../raft/types.ts";
import { isEnd } from "../transport/page.ts";
import type { Page, PageStart } from "../transport/protocol.ts";
import type { Cluster } from "./cluster.ts";
import type { Api } from "./context.ts";
import { type Consistency, found } from "./query.ts";
import { refusalProblem } from "./refusal.ts";
import { renew, waitWithin } from "./renewal.ts";
import { type Call, callOf } from "./world.ts";

/** How all pages of one request are read. */
export interface ReadOptions extends Consistency {
  /** The most records of a page. */
  readonly limit: number;
  readonly max_bytes: number;
  /** No record at or after this one; absent: up to the tail. */
  readonly until?: number | undefined;
}

/** A page, and the committed index as of which it is true. */
export interface FoundPage {
  readonly page: Page;
  readonly index: number;
}

/** Reads pages of one log, for one request. */
export class PageReader {
  readonly #c: Context<AppEnv>;
  readonly #api: Api;
  readonly #cluster: Cluster;
  readonly #log: string;
  readonly #options: ReadOptions;
  /** The index of the pages so far. A later page is never older, from any node. */
  #seenIndex: number;

  constructor(c: Context<AppEnv>, api: Api, cluster: Cluster, log: string, options: ReadOptions) {
    this.#c = c;
    this.#api = api;
    this.#cluster = cluster;
    this.#log = log;
    this.#options = options;
    this.#seenIndex = options.min_index;
  }

  /**
   * First reads what is there, and waits only if there is nothing. Then it is known whether more can come, and how long
   * the log lives. Throws the problems `log-not-found`, `log-gone`, `trimmed` and `beyond-tail`.
   */
  async page(from: PageStart, waitMs: number): Promise<FoundPage> {
    const { timeout_ms, consistency, until } = this.#options;
    const call = callOf(this.#c, this.#api.world, timeout_ms);
    const first = await this.#ask(call, from, 0, consistency);
    assertWithin(from, first.page, this.#log);
    const { state } = first.page;
    await renew({ api: this.#api, call, cluster: this.#cluster }, this.#log, state, true);
    if (waitMs === 0 || !mayGrow(first.page, until)) return first;
    const later = { ...call, deadline: call.deadline + waitMs };
    const here = { at: "seq", seq: first.page.from } as const;
    // The first page was as fresh as asked for, and this one is not older.
    const second = await this.#ask(later, here, waitWithin(state, waitMs), "local");
    // Records that came meanwhile may be trimmed already.
    assertWithin(from, second.page, this.#log);
    return second;
  }

  /** A later page. Throws as `page`. */
  async follow(seq: number, waitMs: number): Promise<Page> {
    return (await this.page({ at: "seq", seq }, waitMs)).page;
  }

  /** The wait ends within the time that `call` leaves for it, however often nodes are asked. */
  async #ask(
    call: Call,
    from: PageStart,
    waitMs: number,
    consistency: Consistency["consistency"],
  ): Promise<FoundPage> {
    const { timeout_ms, max_bytes: bytesMax, limit: recordsMax, until = null } = this.#options;
    const { world, router } = this.#api;
    const minIndex = toIndex(this.#seenIndex);
    const asked = { kind: "page", name: this.#log, from, until, recordsMax, bytesMax } as const;
    const answer = await router.query(call, this.#cluster, () => {
      const leftMs = Math.max(0, Math.min(waitMs, call.deadline - timeout_ms - world.now()));
      return { kind: "query", query: { ...asked, waitMs: leftMs }, consistency, minIndex };
    });
    this.#seenIndex = answer.index;
    return { page: found(answer, this.#log), index: answer.index };
  }
}

/** Whether a page is empty, but more records can come. */
function mayGrow(page: Page, until: number = Number.POSITIVE_INFINITY): boolean {
  return page.from === page.tail && page.from < until && !isEnd(page);
}

/** Throws the problems `beyond-tail` and `trimmed` if a page can't begin where asked for. */
export function assertWithin(from: PageStart, { earliest, tail }: Page, log: string): void {
  if (from.at !== "seq") return;
  if (from.seq > tail) throw refusalProblem({ reason: "beyond-tail", tail }, log);
  if (from.seq < earliest) throw refusalProblem({ reason: "trimmed", earliest, tail }, log);
}
