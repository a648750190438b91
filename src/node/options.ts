import type { Options } from "../raft/types.ts";
import type { WriterOptions } from "./writers.ts";

/** The variables of wrangler.toml that a node reads. */
export interface NodeVars {
  readonly ELECTION_TIMEOUT_MS: string;
  readonly HEARTBEAT_MS: string;
  /** Location hints, separated by commas, the best first. */
  readonly LEADER_REGIONS: string;
  /** "on" or "off". */
  readonly FOLLOW_WRITERS: string;
  readonly WRITERS_WINDOW_MS: string;
  readonly SLEEP_AFTER_MS: string;
}

/** Options that are the same for all nodes. The rank of each follows from its region. */
export interface NodeOptions extends Omit<Options, "rank" | "ranks"> {
  /** Preferred regions of the leader, the best first. */
  readonly leaderRegions: readonly string[];
  /** Whether leadership goes to where most appends enter. */
  readonly followWriters: boolean;
  readonly writers: WriterOptions;
  /** Requests that may be under way in one node. */
  readonly requestsMax: number;
  /** Reads among these requests. */
  readonly readersMax: number;
  /** Committed entries that are kept for slow followers; at most twice as many. */
  readonly tailEntries: number;
  /** Bytes of such entries; at most twice as many. */
  readonly tailBytes: number;
  /** Dead rows that one group of inputs judges or removes, at most. */
  readonly deadRowsMax: number;
}

/** Leadership moves to a member that carries this many windows. After a move it stays for twice as many. */
const writersWindows = 6;

/** Throws if a variable is invalid: a node must not guess its timing. */
export function optionsFrom(vars: NodeVars): NodeOptions {
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
    tailEntries: 10_000,
    tailBytes: 67_108_864,
    deadRowsMax: 1_000,
    requestsMax: 4_096,
    readersMax: 2_048,
    leaderRegions: listOf(vars.LEADER_REGIONS),
    followWriters: isOn("FOLLOW_WRITERS", vars.FOLLOW_WRITERS),
    writers: writerOptions(milliseconds("WRITERS_WINDOW_MS", vars.WRITERS_WINDOW_MS)),
  };
}

function writerOptions(windowMs: number): WriterOptions {
  const coolDownMs = 2 * writersWindows * windowMs;
  return { windowMs, windows: writersWindows, share: 0.6, appendsMin: 10, coolDownMs };
}

function isOn(name: string, value: string): boolean {
  if (value === "on" || value === "off") return value === "on";
  throw new RangeError(`${name} must be "on" or "off", but is ${JSON.stringify(value)}`);
}

function milliseconds(name: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RangeError(`${name} must be a whole number of milliseconds, but is ${JSON.stringify(value)}`);
}

function listOf(value: string): readonly string[] {
  const names = value.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}
