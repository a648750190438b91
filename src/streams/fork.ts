import { recordsOf } from "../http/page.ts";
import { JSON_TYPE } from "../log/decide-append.ts";
import type { LogRecord } from "../log/records.ts";
import type { ForkRequest } from "../log/types.ts";
import { ask } from "../routing/query.ts";
import type { Visit } from "../routing/visit.ts";
import type { ForkWish } from "./create-headers.ts";
import { bytesRecord, toRecords } from "./messages.ts";
import { linearizable } from "./request.ts";

/** The beginning of a new stream. */
export interface Beginning {
  /** Null: the source's type. */
  readonly contentType: string | null;
  readonly records: readonly LogRecord[];
  readonly fork: ForkRequest | null;
}

/** An anchor beyond every source, which the leader refuses. It decides on all commands in one order. */
const nowhere = Number.MAX_SAFE_INTEGER;

/**
 * The beginning of a fork (§4.2). For JSON, the sub-offset counts messages, which are records: the fork has the
 * source's records up to there. For bytes, it is within a record, and the part before it becomes the fork's own first
 * record.
 */
export async function forked(
  visit: Visit,
  given: string | null,
  wish: ForkWish,
  body: Uint8Array,
): Promise<Beginning> {
  const contentType = given ?? (await typeOf(visit, wish.sourceName));
  const records = toRecords(body, contentType);
  const { sourceName, anchor, byte } = wish;
  // JSON has no offsets within a record, because its sub-offset counts messages.
  const isNowhere = byte > 0 && contentType === JSON_TYPE;
  const subOffset = wish.subOffset + byte;
  const cut = isNowhere ? cutNowhere : await cutOf(visit, contentType, { sourceName, anchor, subOffset });
  const { at, first } = cut;
  const fork = { sourceName, anchor, subOffset, at };
  return { contentType, records: first === null ? records : [first, ...records], fork };
}

/** Where a fork's own records begin, and the part of the source's record that it begins with. */
interface Cut {
  readonly at: number | null;
  readonly first: LogRecord | null;
}

const cutNowhere: Cut = { at: nowhere, first: null };

async function cutOf(
  visit: Visit,
  contentType: string | null,
  { sourceName, anchor, subOffset }: Omit<ForkRequest, "at">,
): Promise<Cut> {
  if (subOffset === 0) return { at: null, first: null };
  if (anchor === null) return cutNowhere;
  if (contentType === JSON_TYPE) return { at: Math.min(nowhere, anchor + subOffset), first: null };
  const record = await recordAt(visit, sourceName, anchor);
  if (record === null || record.length < subOffset) return cutNowhere;
  return { at: anchor, first: bytesRecord(record.subarray(0, subOffset)) };
}

/** The source's media type; null if there is no source, which the leader then reports. */
async function typeOf(visit: Visit, name: string): Promise<string | null> {
  const { result } = await ask(visit, { kind: "describe", name }, linearizable);
  return result.kind === "description" ? result.state.contentType : null;
}

/** The bytes of a record of the source; null if it has no record there. */
async function recordAt(visit: Visit, name: string, seq: number): Promise<Uint8Array | null> {
  const limits = { until: null, recordsMax: 1, bytesMax: 1, waitMs: 0 };
  const query = { kind: "page", name, from: { at: "seq", seq }, ...limits } as const;
  const { result } = await ask(visit, query, linearizable);
  if (result.kind !== "page" || result.from !== seq) return null;
  const [placed] = recordsOf(result);
  return placed?.record.value ?? null;
}
