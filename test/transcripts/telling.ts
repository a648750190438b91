import { decodeConfiguration } from "../../src/raft/configuration.ts";
import type { Message } from "../../src/raft/messages.ts";
import type { Entry } from "../../src/raft/types.ts";
import { endOf, type Image } from "../raft/harness/image.ts";
import type { TestNode } from "../raft/harness/node.ts";

/** A log as the paper draws it: the terms, and between brackets the members from there on. */
export function tellLog(entries: readonly Entry[]): string {
  return entries.length === 0 ? "empty" : entries.map(tellEntry).join(" ");
}

/** A part of a log from which entries may be missing: a dot stands for each missing one. */
export function tellRows(rows: readonly Entry[], after: number, upTo: number): string {
  const byIndex = new Map(rows.map((row): [number, Entry] => [row.index, row]));
  const told = Array.from({ length: upTo - after }, (_, i) => {
    const row = byIndex.get(after + 1 + i);
    return row === undefined ? "·" : tellEntry(row);
  });
  return told.length === 0 ? "empty" : told.join(" ");
}

function tellEntry({ term, kind, data }: Entry): string {
  if (kind !== "configuration") return String(term);
  const { voters, outgoing, learners } = decodeConfiguration(data);
  const old = outgoing.length > 0 ? `${outgoing}→` : "";
  const more = learners.length > 0 ? ` learning ${learners}` : "";
  return `${term}{${old}${voters}${more}}`;
}

export function tellMessage(message: Message): string {
  return `${message.from}->${message.to} ${message.type} term ${message.term}${detailsOf(message)}`;
}

function detailsOf(message: Message): string {
  switch (message.type) {
    case "PreVote":
    case "RequestVote":
      return `, log ends at ${message.lastIndex} of term ${message.lastTerm}`;
    case "PreVoteResponse":
    case "RequestVoteResponse":
      return message.granted ? ": yes" : ": no";
    case "AppendEntries": {
      const entries = message.entries.length === 0 ? "" : `, entries ${tellLog(message.entries)}`;
      const round = message.round === 0 ? "" : `, round ${message.round}`;
      return `, after ${message.prevIndex} of term ${message.prevTerm}${entries}, commit ${message.commitIndex}${round}`;
    }
    case "AppendEntriesAccepted":
      return `: matches up to ${message.matchIndex}${message.round === 0 ? "" : `, round ${message.round}`}`;
    case "AppendEntriesRejected":
      return `: not after ${message.prevIndex}; try after ${message.hintIndex} of term ${message.hintTerm}`;
    case "InstallSnapshot":
      return `, after ${message.prevIndex} up to ${message.lastIndex} of term ${message.lastTerm}, rows ${tellRows(message.entries, message.prevIndex, message.lastIndex)}, of a snapshot to ${message.snapshotIndex}`;
    case "InstallSnapshotResponse":
      return `: after ${message.prevIndex}; commit ${message.commitIndex}`;
    case "TimeoutNow":
      return `, logs end at ${message.lastIndex}`;
    case "Removed":
      return "";
  }
}

const tellImage = (image: Image): string => tellRows(image.log, 0, endOf(image).lastIndex);

/** The written log, durable or not. */
const tellWritten = (node: TestNode): string =>
  node.isUp ? tellRows(node.log, 0, node.state.lastIndex) : tellImage(node.durable);

function tellSnapshot({ state }: TestNode): string {
  const { index, readableIndex } = state.snapshot;
  if (index === 0) return "";
  const half = state.lastIndex < readableIndex ? `, half of one to ${readableIndex}` : "";
  return `, snapshot ${index}${half}`;
}

/** One line of `state`. */
export function tellNode(node: TestNode): string {
  const onDisk = tellImage(node.durable);
  if (!node.isUp) return `${node.id} is down, log ${onDisk}`;
  const { currentTerm, votedFor, commitIndex } = node.state;
  const vote = votedFor === null ? "no vote" : `vote ${votedFor}`;
  const head = `${node.id} ${node.role}, term ${currentTerm}, ${vote}, commit ${commitIndex}`;
  const unsynced = node.log === node.durable.log ? "" : ` (on disk: ${onDisk})`;
  return `${head}, log ${tellWritten(node)}${unsynced}${tellSnapshot(node)}`;
}

/** The facts about a node that get a line when they change. */
export interface View {
  readonly standing: string;
  readonly log: string;
  readonly snapshot: number;
  readonly commitIndex: number;
  readonly reads: number;
}

export function viewOf(node: TestNode): View {
  return {
    standing: node.isUp ? `${node.role} in term ${node.state.currentTerm}` : "down",
    log: tellWritten(node),
    snapshot: node.state.snapshot.index,
    commitIndex: node.isUp ? node.state.commitIndex : 0,
    reads: node.reads.length,
  };
}

export function tellChanges(node: TestNode, before: View): readonly string[] {
  const after = viewOf(node);
  const lines: string[] = [];
  if (after.standing !== before.standing) lines.push(`node ${node.id} is ${after.standing}`);
  if (after.log !== before.log) lines.push(`node ${node.id} has the log ${after.log}`);
  if (after.snapshot > before.snapshot) lines.push(`node ${node.id} has a snapshot up to ${after.snapshot}`);
  if (after.commitIndex > before.commitIndex)
    lines.push(`node ${node.id} commits up to ${after.commitIndex}`);
  for (const { context, index } of node.reads.slice(before.reads))
    lines.push(`node ${node.id} answers read ${context} as of index ${index}`);
  return lines;
}
