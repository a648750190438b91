import type { Options } from "../raft/types.ts";

/** The variables of wrangler.toml that a node reads. */
export interface NodeVars {
  readonly ELECTION_TIMEOUT_MS: string;
  readonly HEARTBEAT_MS: string;
  readonly SLEEP_AFTER_MS: string;
}

/** Throws where a variable is not a sensible number: a node must not guess its timing. */
export function optionsFrom(vars: NodeVars): Options {
  const electionTimeoutMs = milliseconds("ELECTION_TIMEOUT_MS", vars.ELECTION_TIMEOUT_MS);
  const heartbeatMs = milliseconds("HEARTBEAT_MS", vars.HEARTBEAT_MS);
  if (heartbeatMs * 2 > electionTimeoutMs) {
    throw new RangeError("ELECTION_TIMEOUT_MS must be at least twice HEARTBEAT_MS");
  }
  return {
    electionTimeoutMs,
    heartbeatMs,
    checkQuorum: true,
    sleepAfterMs: vars.SLEEP_AFTER_MS === "0" ? 0 : milliseconds("SLEEP_AFTER_MS", vars.SLEEP_AFTER_MS),
    inflightMax: 8,
    appendBytesMax: 524_288,
    uncommittedBytesMax: 8_388_608,
  };
}

function milliseconds(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RangeError(`${name} must be a whole number of milliseconds, and is ${JSON.stringify(value)}`);
}
