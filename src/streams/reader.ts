import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/problem.ts";
import { invalidRequest } from "../http/validation.ts";
import type { Api } from "../routing/context.ts";
import { PageReader } from "../routing/page-reader.ts";
import type { Page, PageStart } from "../transport/protocol.ts";
import { linearizable, visitStreams } from "./request.ts";

/** Of a page: records, and their encoded bytes, in whole batches. */
const limits = { limit: 100_000, max_bytes: 1_048_576 };

/** Reads pages of one stream. Throws the problem `cluster-not-found`. */
export async function streamReader(c: Context<AppEnv>, api: Api, name: string): Promise<PageReader> {
  const { cluster } = await visitStreams(c, api);
  return new PageReader(c, api, cluster, name, { ...linearizable, ...limits });
}

/**
 * What is there now. A position that the stream has not reached is none that the server gave to anybody. Throws the
 * problems `log-not-found`, `log-gone`, `trimmed` and `invalid-request`.
 */
export async function firstPage(reader: PageReader, from: PageStart): Promise<Page> {
  try {
    return (await reader.page(from, 0)).page;
  } catch (error) {
    if (!(error instanceof Problem && error.kind === "beyond-tail")) throw error;
    throw invalidRequest("query", [{ path: ["offset"], message: "is beyond the stream's end" }]);
  }
}
