import { completedIdentity, type Identity, type Phase } from "../raft/identity.ts";
import type { HardState, Index, NodeId, SnapshotMark } from "../raft/types.ts";
import { type QuiesceMark, toIndex } from "../raft/types.ts";
import type { Boot } from "./contract.ts";
import type { Sql, SqlValue } from "./database.ts";
import { StorageError } from "./error.ts";

/** How many of the last rows are compared with their neighbours at start. */
const checkedRows = 256;

export function insertNode(sql: Sql, identity: Identity): void {
  const columns = "one, identity, phase, current_term";
  sql.exec(`INSERT INTO node (${columns}) VALUES (1, ?, 'prepared', 0)`, JSON.stringify(identity));
}

export function updatePhase(sql: Sql, phase: Phase): void {
  sql.exec("UPDATE node SET phase = ?", phase);
}

export function updateHardState(sql: Sql, { currentTerm, votedFor }: HardState): void {
  sql.exec("UPDATE node SET current_term = ?, voted_for = ?", currentTerm, votedFor);
}

export function updateQuiesce(sql: Sql, quiesce: QuiesceMark | "awake"): void {
  const { term, leader, index, round } =
    quiesce === "awake" ? { term: null, leader: null, index: null, round: null } : quiesce;
  const update = "UPDATE node SET sleep_term = ?, sleep_leader = ?, sleep_index = ?, sleep_round = ?";
  sql.exec(update, term, leader, index, round);
}

export function updateSnapshot(sql: Sql, { index, term, readableIndex }: SnapshotMark): void {
  sql.exec(
    "UPDATE node SET snapshot_index = ?, snapshot_term = ?, readable_index = ?",
    index,
    term,
    readableIndex,
  );
}

type Judged = Pick<SnapshotMark, "index" | "readableIndex"> & { readonly judgedIndex: Index };

type JudgedRow = Pick<NodeRow, "snapshot_index" | "readable_index"> & { judged_index: number };

/** How far rows can be dead, how far a snapshot reached, and how far rows were judged. */
export function readJudged(sql: Sql): Judged {
  const row = sql.exec<JudgedRow>("SELECT snapshot_index, readable_index, judged_index FROM node").one();
  const { snapshot_index, readable_index, judged_index } = row;
  return {
    index: toIndex(snapshot_index),
    readableIndex: toIndex(readable_index),
    judgedIndex: toIndex(judged_index),
  };
}

export function updateJudged(sql: Sql, judgedIndex: Index): void {
  sql.exec("UPDATE node SET judged_index = ?", judgedIndex);
}

/** The node's state. Throws `StorageError` if it is impossible. */
export function readBoot(sql: Sql): Boot {
  const node = readNode(sql);
  const { index, term } = node.snapshot;
  const rows = readEnds(sql, index);
  if (rows.last > index && rows.first !== index + 1) throw impossible(`the log begins at ${rows.first}`);
  const { last, lastTerm } = rows.last > index ? rows : { last: index, lastTerm: term };
  if (lastTerm > node.hardState.currentTerm) {
    throw impossible(
      `the last entry is of term ${lastTerm}, after the current one, ${node.hardState.currentTerm}`,
    );
  }
  checkNeighbours(sql, node.snapshot, last);
  return { ...node, lastIndex: toIndex(last), lastTerm };
}

function impossible(message: string): StorageError {
  return new StorageError("impossible-state", message);
}

interface NodeRow extends Record<string, SqlValue> {
  identity: string;
  phase: Phase;
  current_term: number;
  voted_for: NodeId | null;
  sleep_term: number | null;
  sleep_leader: NodeId | null;
  sleep_index: number | null;
  sleep_round: number | null;
  snapshot_index: number;
  snapshot_term: number;
  readable_index: number;
}

type StoredNode = Pick<Boot, "identity" | "phase" | "hardState" | "quiesceMark" | "snapshot">;

function readNode(sql: Sql): StoredNode {
  const [row] = sql.exec<NodeRow>("SELECT * FROM node").toArray();
  if (row === undefined) throw impossible("the node has a schema and no identity");
  return {
    identity: parseIdentity(row.identity),
    phase: row.phase,
    hardState: { currentTerm: row.current_term, votedFor: row.voted_for },
    quiesceMark: toQuiesceMark(row),
    snapshot: {
      index: toIndex(row.snapshot_index),
      term: row.snapshot_term,
      readableIndex: toIndex(row.readable_index),
    },
  };
}

/** An incomplete mark counts as none: a node that is awake by mistake loses at most an election timeout. */
function toQuiesceMark(row: NodeRow): QuiesceMark | null {
  const { sleep_term: term, sleep_leader: leader, sleep_index: index, sleep_round: round } = row;
  const isWhole = term !== null && leader !== null && index !== null && round !== null;
  return isWhole ? { term, leader, index: toIndex(index), round } : null;
}

function parseIdentity(json: string): Identity {
  try {
    return completedIdentity(JSON.parse(json));
  } catch (cause) {
    throw new StorageError("impossible-state", "the identity is not JSON", null, { cause });
  }
}

/** Of the rows that can be replicated as entries; 0 if there are none. */
function readEnds(sql: Sql, after: Index): { first: number; last: number; lastTerm: number } {
  return sql
    .exec<{ first: number; last: number; lastTerm: number }>(
      `SELECT coalesce((SELECT min(idx) FROM entries WHERE idx > ?1), 0) AS first,
              coalesce((SELECT max(idx) FROM entries), 0) AS last,
              coalesce((SELECT term FROM entries ORDER BY idx DESC LIMIT 1), 0) AS lastTerm`,
      after,
    )
    .one();
}

/**
 * After the snapshot, neighbours have adjacent indexes, and terms never decrease. Checks only the newest rows, where a
 * fault of the last writes would be, because an object starts often and its log is long. Readers check the rest.
 */
function checkNeighbours(sql: Sql, snapshot: SnapshotMark, last: number): void {
  const [odd] = sql
    .exec<{ idx: number }>(
      `SELECT idx FROM (
         SELECT idx, term, lag(idx) OVER (ORDER BY idx) AS idx_before, lag(term) OVER (ORDER BY idx) AS term_before
         FROM entries WHERE idx > ?1
       ) WHERE idx <> idx_before + 1 OR term < coalesce(term_before, ?2) LIMIT 1`,
      Math.max(last - checkedRows, snapshot.index),
      snapshot.term,
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
