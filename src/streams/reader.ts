import type { Context } from "hono";
import type { AppEnv } from "../http/env.ts";
import { recordsOf } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { invalidRequest } from "../http/validation.ts";
import type { Api } from "../routing/context.ts";
import { PageReader } from "../routing/page-reader.ts";
import type { Page, PageStart } from "../transport/protocol.ts";
import { kindOf } from "./content-type.ts";
import { linearizable, visitStreams } from "./request.ts";
import { tellableLength } from "./text-flow.ts";

/** The limits of a page: records, and their encoded bytes, in whole batches. */
const limits = { limit: 100_000, max_bytes: 1_048_576 };

/** Reads pages of one stream. Throws the problem `cluster-not-found`. */
export async function streamReader(c: Context<AppEnv>, api: Api, name: string): Promise<PageReader> {
  const { cluster } = await visitStreams(c, api);
  return new PageReader(c, api, cluster, name, { ...linearizable, ...limits });
}

/** Where a read begins. */
export interface Start {
  readonly from: PageStart;
  /** Bytes of the first record to leave out. */
  readonly byte: number;
}

/**
 * The present page. A position that the stream has not reached, or where no events can have ended, is not an offset of
 * this server. Throws the problems `log-not-found`, `log-gone`, `trimmed` and `invalid-request`.
 */
export async function firstPage(reader: PageReader, start: Start): Promise<Page> {
  const page = await pageAt(reader, start.from);
  if (start.byte === 0 || isPlaceOfEvents(page, start.byte)) return page;
  throw invalidOffset("must be -1, now, or an offset of this server");
}

async function pageAt(reader: PageReader, from: PageStart): Promise<Page> {
  try {
    return (await reader.page(from, 0)).page;
  } catch (error) {
    if (!(error instanceof Problem && error.kind === "beyond-tail")) throw error;
    throw invalidOffset("is beyond the stream's end");
  }
}

/**
 * Whether events of text can have ended at this byte of the first record, here or in the source of a fork made there.
 */
function isPlaceOfEvents(page: Page, byte: number): boolean {
  if (kindOf(page.state.contentType) !== "text") return false;
  const [first] = recordsOf(page);
  const value = first?.record.value ?? new Uint8Array();
  return byte === value.length || byte === tellableLength(value);
}

function invalidOffset(message: string): Problem {
  return invalidRequest("query", [{ path: ["offset"], message }]);
}
