import { type AskedPage, isOf, keptHeaders, keptTag } from "../../http/page-cache.ts";
import { describeLog } from "../../routing/describe.ts";
import type { Consistency } from "../../routing/query.ts";
import type { Visit } from "../../routing/visit.ts";

/**
 * Checks that the page in `If-None-Match` is still valid (304, RFC 9110 §15.4.5), without reading it: it belongs to the
 * log's present life, and its records are not trimmed. Null if the page must be read. Throws as a read does.
 */
export async function revalidated(
  visit: Visit,
  name: string,
  asked: AskedPage,
  options: Consistency,
  ifNoneMatch: string,
): Promise<Response | null> {
  const tag = keptTag(asked, ifNoneMatch);
  if (tag === null || asked.from.at !== "seq") return null;
  const { log, index } = await describeLog(visit, name, options, true);
  if (!isOf(tag, asked, log.log) || asked.from.seq < log.state.earliest) return null;
  const headers = { "Timberline-Index": String(index), "Timberline-Tail": String(log.tail) };
  return new Response(null, { status: 304, headers: { ...keptHeaders(asked, log.log), ...headers } });
}
