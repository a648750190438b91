import { completed } from "../raft/configuration.ts";
import type { Identity, Phase } from "../raft/identity.ts";
import type { SleepMark } from "../raft/sleep.ts";
import type { HardState, NodeId } from "../raft/types.ts";
import { toIndex } from "../raft/types.ts";
import type { Boot } from "./contract.ts";
import { StorageError } from "./error.ts";

/** How many rows, from the last one back, are compared with their neighbours at start. */
const checkedRows = 256;

export function insertNode(sql: SqlStorage, identity: Identity): void {
  const columns = "one, identity, phase, current_term";
  sql.exec(`INSERT INTO node (${columns}) VALUES (1, ?, 'prepared', 0)`, JSON.stringify(identity));
}

export function updatePhase(sql: SqlStorage, phase: Phase): void {
  sql.exec("UPDATE node SET phase = ?", phase);
}

export function updateHardState(sql: SqlStorage, { currentTerm, votedFor }: HardState): void {
  sql.exec("UPDATE node SET current_term = ?, voted_for = ?", currentTerm, votedFor);
}

export function updateSleep(sql: SqlStorage, sleep: SleepMark | "awake"): void {
  const { term, leader, index, round } =
    sleep === "awake" ? { term: null, leader: null, index: null, round: null } : sleep;
  const update = "UPDATE node SET sleep_term = ?, sleep_leader = ?, sleep_index = ?, sleep_round = ?";
  sql.exec(update, term, leader, index, round);
}

/** The node's state, which must be a possible one. Throws `StorageError`. */
export function readBoot(sql: SqlStorage): Boot {
  const node = readNode(sql);
  const { first, last, lastTerm } = readEnds(sql);
  if (last > 0 && first !== 1) throw impossible(`the log begins at ${first}`);
  if (lastTerm > node.hardState.currentTerm) {
    throw impossible(
      `the last entry is of term ${lastTerm}, after the current one, ${node.hardState.currentTerm}`,
    );
  }
  checkNeighbours(sql, last);
  return { ...node, lastIndex: toIndex(last), lastTerm };
}

function impossible(message: string): StorageError {
  return new StorageError("impossible-state", message);
}

interface NodeRow extends Record<string, SqlStorageValue> {
  identity: string;
  phase: Phase;
  current_term: number;
  voted_for: NodeId | null;
  sleep_term: number | null;
  sleep_leader: NodeId | null;
  sleep_index: number | null;
  sleep_round: number | null;
}

function readNode(sql: SqlStorage): Pick<Boot, "identity" | "phase" | "hardState" | "sleepMark"> {
  const [row] = sql.exec<NodeRow>("SELECT * FROM node").toArray();
  if (row === undefined) throw impossible("the node has a schema and no identity");
  const hardState = { currentTerm: row.current_term, votedFor: row.voted_for };
  return { identity: parseIdentity(row.identity), phase: row.phase, hardState, sleepMark: toSleepMark(row) };
}

/** Half a mark is none: a node that is awake by mistake loses an election timeout at most. */
function toSleepMark(row: NodeRow): SleepMark | null {
  const { sleep_term: term, sleep_leader: leader, sleep_index: index, sleep_round: round } = row;
  const isWhole = term !== null && leader !== null && index !== null && round !== null;
  return isWhole ? { term, leader, index: toIndex(index), round } : null;
}

function parseIdentity(json: string): Identity {
  try {
    const stored: Partial<Identity> & Omit<Identity, "region" | "configurationIndex"> = JSON.parse(json);
    const { id, regions, configuration } = stored;
    const region = regions[id - 1] ?? "";
    return {
      ...{ region, configurationIndex: toIndex(0) },
      ...stored,
      configuration: completed(configuration, regions),
    };
  } catch (cause) {
    throw new StorageError("impossible-state", "the identity is not JSON", null, { cause });
  }
}

function readEnds(sql: SqlStorage): { first: number; last: number; lastTerm: number } {
  return sql
    .exec<{ first: number; last: number; lastTerm: number }>(
      `SELECT coalesce((SELECT min(idx) FROM entries), 0) AS first,
              coalesce((SELECT max(idx) FROM entries), 0) AS last,
              coalesce((SELECT term FROM entries ORDER BY idx DESC LIMIT 1), 0) AS lastTerm`,
    )
    .one();
}

/**
 * Neighbours have adjacent indexes and terms that never decrease. Looks at the newest rows only, where a
 * fault of the last writes would be: an object starts often, and its log is long. Readers check the rest.
 */
function checkNeighbours(sql: SqlStorage, last: number): void {
  const [odd] = sql
    .exec<{ idx: number }>(
      `SELECT idx FROM (
         SELECT idx, term, lag(idx) OVER (ORDER BY idx) AS idx_before, lag(term) OVER (ORDER BY idx) AS term_before
         FROM entries WHERE idx > ?
       ) WHERE idx <> idx_before + 1 OR term < term_before LIMIT 1`,
      last - checkedRows,
    )
    .toArray();
  if (odd !== undefined) {
    throw new StorageError(
      "impossible-state",
      `entry ${odd.idx} does not follow the one before`,
      toIndex(odd.idx),
    );
  }
}
