import type { Message } from "../../../src/raft/messages.ts";
import { type NodeId, toIndex } from "../../../src/raft/types.ts";
import type { Status } from "../../../src/transport/status.ts";
import { require } from "../checks/finding.ts";
import type { Machine } from "./machine.ts";
import type { Random } from "./random.ts";

/** Greater than the number of any member. */
const stranger: NodeId = 15;

/** A node that never was a member sends a message to a member: nothing changes, and it gets no answer. */
export function interfere(machine: Machine, random: Random): void {
  const status = machine.status;
  if (!machine.isUp || status === null) return;
  const before = essence(machine, status);
  const { quiesceMark } = machine.storage.written;
  const message = drawMessage(random, status);
  const said = (): string => `a stranger's ${message.type} of term ${message.term} to node ${machine.id}`;
  machine.receive([message], (answers) =>
    require(answers.length === 0, "deafness to strangers", () => `${said()} was answered`),
  );
  // Any step may compact, and meet a disk fault.
  if (machine.status === null) return;
  const after = essence(machine, machine.status);
  const sleepsOn = quiesceMark === null || machine.storage.written.quiesceMark === quiesceMark;
  require(sleepsOn, "deafness to strangers", () => `${said()} woke it`);
  require(after === before, "deafness to strangers", () => `${said()} changed ${before} to ${after}`);
}

function essence({ storage }: Machine, status: Status): string {
  const { role, currentTerm, leader, commitIndex, lastIndex, lastTerm, configurationIndex, phase } = status;
  const { hardState, quiesceMark } = storage.written;
  const log = { commitIndex, lastIndex, lastTerm, configurationIndex };
  // Once it is time, a leader falls asleep in the next step, whatever that is.
  const sleeps = role === "leader" ? null : quiesceMark;
  return JSON.stringify({ phase, role, currentTerm, leader, ...log, hardState, quiesceMark: sleeps });
}

/** It has no configuration to show. All else is what would persuade a node most. */
function drawMessage(random: Random, { identity, currentTerm, commitIndex, lastIndex }: Status): Message {
  const envelope = { from: stranger, to: identity.id, term: currentTerm + random.pick([0, 1, 7]) };
  const question = { ...envelope, configurationIndex: toIndex(0), recoveries: 0 };
  const last = { lastIndex: toIndex(lastIndex + 9), lastTerm: envelope.term };
  const prev = { prevIndex: toIndex(commitIndex), prevTerm: 0, commitIndex: toIndex(lastIndex) };
  const round = random.below(100);
  return random.pick<Message>([
    { ...question, type: "PreVote", ...last },
    { ...question, type: "RequestVote", ...last, isTransfer: random.chance(0.5) },
    { ...question, type: "AppendEntries", ...prev, entries: [], round, quiesce: random.chance(0.5) },
    { ...envelope, type: "PreVoteResponse", granted: true },
    { ...envelope, type: "RequestVoteResponse", granted: true },
    { ...envelope, type: "AppendEntriesAccepted", round, matchIndex: toIndex(lastIndex), quiesced: true },
    { ...envelope, type: "TimeoutNow", lastIndex: toIndex(lastIndex) },
    { ...envelope, type: "Removed", term: 0 },
  ]);
}
