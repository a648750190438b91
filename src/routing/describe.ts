import type { Index } from "../raft/types.ts";
import type { Description } from "../transport/protocol.ts";
import { ask, type Consistency, found } from "./query.ts";
import { renew } from "./renewal.ts";
import type { Visit } from "./visit.ts";

/** A log, and the committed index as of which this is true. */
interface Described {
  readonly log: Description;
  readonly index: Index;
}

/**
 * A log whose time is not over. `touch`: it counts as read. Throws the problems `log-not-found` and `log-gone`, and
 * those of a query, and for a log with a time to live or an expiry also those of a command.
 */
export async function describeLog(
  visit: Visit,
  name: string,
  options: Consistency,
  touch: boolean,
): Promise<Described> {
  const answer = await ask(visit, { kind: "describe", name }, options);
  const log = found(answer, name);
  await renew(visit, name, log.state, touch);
  return { log, index: answer.index };
}
