import { z } from "@hono/zod-openapi";
import { Problem } from "../http/problem.ts";
import { MAIN } from "../http/scope.ts";
import { appendCommand, createCommand } from "../log/commands.ts";
import { decodeRecords, encodeRecords } from "../log/records.ts";
import { CATALOGUE } from "../log/reserved.ts";
import type { Command } from "../log/types.ts";
import { toIndex } from "../raft/types.ts";
import type { Page } from "../transport/protocol.ts";
import { type Cluster, clusterOf, mainRegions } from "./cluster.ts";
import type { Router } from "./router.ts";
import type { Call } from "./world.ts";

const catalogueRow = z.object({ name: z.string(), regions: z.array(z.string()) });
const pageRecordsMax = 1_000;
const pageBytesMax = 1_048_576;
const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() };

/**
 * The clusters: `main` from the configuration, the others from the log `_clusters` in `main`. An unknown name is
 * refused without touching its objects. So strangers create nothing, and the first use of an object, which fixes its
 * place, always has its region.
 */
export class Directory {
  readonly #router: Router;
  readonly #known = new Map<string, Cluster>();
  /** How much of the catalogue was read into `#known`. */
  #next = 0;

  constructor(router: Router) {
    this.#router = router;
  }

  /** Throws the problem `cluster-not-found`. */
  async resolve(call: Call, name: string): Promise<Cluster> {
    const cluster = await this.find(call, name);
    if (cluster === null) throw new Problem("cluster-not-found", `There is no cluster ${name}.`);
    return cluster;
  }

  /** Null if there is no cluster with this name. */
  async find(call: Call, name: string): Promise<Cluster | null> {
    if (name === MAIN) return clusterOf(MAIN, mainRegions(call.env));
    if (!this.#known.has(name)) await this.#refresh(call);
    return this.#known.get(name) ?? null;
  }

  /** All clusters, `main` first. */
  async all(call: Call): Promise<readonly Cluster[]> {
    await this.#refresh(call);
    return [clusterOf(MAIN, mainRegions(call.env)), ...this.#known.values()];
  }

  /** Adds a cluster, unless one with this name exists. Returns the cluster that exists then. */
  async add(call: Call, cluster: Cluster): Promise<Cluster> {
    const main = clusterOf(MAIN, mainRegions(call.env));
    for (;;) {
      const there = await this.find(call, cluster.name);
      if (there !== null) return there;
      await this.#do(call, main, createCommand(CATALOGUE));
      await this.#do(call, main, appendTo(CATALOGUE, cluster, this.#next));
    }
  }

  /** If the answer was lost, the catalogue shows what happened. */
  async #do(call: Call, main: Cluster, command: Command): Promise<void> {
    try {
      await this.#router.command(call, main, command);
    } catch (error) {
      if (!(error instanceof Problem && error.kind === "outcome-unknown")) throw error;
    }
  }

  async #refresh(call: Call): Promise<void> {
    for (let complete = false; !complete; ) {
      const page = await this.#read(call);
      if (page === null) return;
      for (const cluster of clustersOf(page))
        if (!this.#known.has(cluster.name)) this.#known.set(cluster.name, cluster);
      this.#next = Math.max(this.#next, page.next);
      complete = page.complete;
    }
  }

  /** The next page of the catalogue; null if there is no catalogue yet. */
  async #read(call: Call): Promise<Page | null> {
    const main = clusterOf(MAIN, mainRegions(call.env));
    const limits = { recordsMax: pageRecordsMax, bytesMax: pageBytesMax, waitMs: 0 };
    const from = { at: "seq", seq: this.#next } as const;
    const query = { kind: "page", name: CATALOGUE, from, until: null, ...limits } as const;
    const request = { kind: "query", query, consistency: "linearizable", minIndex: toIndex(0) } as const;
    const { result } = await this.#router.query(call, main, () => request);
    return result.kind === "page" ? result : null;
  }
}

/** The expected sequence number prevents that a name is listed twice. */
function appendTo(log: string, { name, regions }: Cluster, expectedSeq: number): Command {
  const value = utf8.encode.encode(JSON.stringify({ name, regions }));
  const records = encodeRecords([{ format: "json", headers: [], value }]);
  return appendCommand(log, { count: 1, records }, { expectedSeq });
}

/** If two requests refresh at once, rows are read twice. The first row of a name counts. */
function clustersOf(page: Page): readonly Cluster[] {
  return page.batches.flatMap((batch) =>
    decodeRecords(batch.records).map(({ value }) => {
      const { name, regions } = catalogueRow.parse(JSON.parse(utf8.decode.decode(value)));
      return clusterOf(name, regions);
    }),
  );
}
