import type { Entry, Index, NodeId, Term } from "../../src/raft/types.ts";
import type { Applied, NodeState } from "./node-state.ts";

/** Past events that the present state does not show, as far as an invariant needs them. */
export interface History {
  /** The elected node of each term. */
  readonly elected: readonly { readonly term: Term; readonly leader: NodeId }[];
  /** The last vote of each node that was sent. */
  readonly votes: ReadonlyMap<NodeId, { readonly term: Term; readonly votedFor: NodeId }>;
  /** All entries that any node ever considered committed, and the term of that node then. */
  readonly committed: readonly { readonly entry: Entry; readonly inTerm: Term }[];
  /** Reads that have begun and are not answered yet. */
  readonly reads: readonly Read[];
}

interface Read {
  readonly leader: NodeId;
  readonly term: Term;
  readonly context: number;
  /** The largest commit index of any node when the read began. */
  readonly covers: Index;
}

export const noHistory: History = { elected: [], votes: new Map(), committed: [], reads: [] };

/** A guarantee of Raft is broken. */
export class Violation extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Violation";
  }
}

export function demand(condition: boolean, message: () => string): void {
  if (!condition) throw new Violation(message());
}

export const isSame = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a !== undefined && a.term === b?.term && a.checksum === b.checksum;

/** The history after one step of one node. Throws `Violation`. */
export function recorded(history: History, before: NodeState, step: Applied): History {
  const withVotes = recordVotes(history, step);
  const withElection = recordElection(withVotes, before, step.node);
  const withCommit = recordCommit(withElection, step.node);
  return recordReads(withCommit, before, step);
}

const isLeader = ({ core }: NodeState): boolean => core.role.name === "leader";

/** A node votes at most once in each term, even if it loses state in a crash. */
function recordVotes(history: History, { node, out }: Applied): History {
  const votes = new Map(history.votes);
  for (const message of out.messages) {
    const isRequest = message.type === "RequestVote";
    if (!isRequest && !(message.type === "RequestVoteResponse" && message.granted)) continue;
    const { from, term } = message;
    const votedFor = isRequest ? from : message.to;
    const last = votes.get(from);
    demand(
      last === undefined || term > last.term || (term === last.term && votedFor === last.votedFor),
      () =>
        `node ${node.core.id} votes for ${votedFor} in term ${term}, after it voted for ${last?.votedFor} in term ${last?.term}`,
    );
    votes.set(from, { term, votedFor });
  }
  return { ...history, votes };
}

/**
 * At most one leader a term, and it has all entries that were committed in earlier terms (paper §5.2, §5.4).
 */
function recordElection(history: History, before: NodeState, after: NodeState): History {
  const { id: leader, currentTerm: term } = after.core;
  const isNew = isLeader(after) && !(isLeader(before) && before.core.currentTerm === term);
  if (!isNew) return history;
  const other = history.elected.find((election) => election.term === term);
  demand(other === undefined, () => `nodes ${other?.leader} and ${leader} were both elected in term ${term}`);
  for (const { entry, inTerm } of history.committed) {
    demand(
      inTerm >= term || isSame(entry, after.written.log[entry.index - 1]),
      () => `node ${leader} leads term ${term} without entry ${entry.index}, committed in term ${inTerm}`,
    );
  }
  const elected = [...history.elected, { term, leader }].sort((a, b) => a.term - b.term);
  return { ...history, elected };
}

/** No two nodes commit different entries at the same index (paper §5.4.3, state machine safety). */
function recordCommit(history: History, { core, written }: NodeState): History {
  const own = written.log.slice(0, core.commitIndex);
  for (const [i, { entry }] of history.committed.slice(0, own.length).entries()) {
    demand(isSame(entry, own[i]), () => `node ${core.id} commits a different entry ${entry.index}`);
  }
  const news = own.slice(history.committed.length);
  const committed = [...history.committed, ...news.map((entry) => ({ entry, inTerm: core.currentTerm }))];
  return { ...history, committed };
}

/** A read covers all entries that were committed on any node before it began (thesis §6.4). */
function recordReads(history: History, before: NodeState, { node, out }: Applied): History {
  const { id, currentTerm, role } = node.core;
  const isMine = ({ leader }: Read): boolean => leader === id;
  const covers = history.committed.length as Index;
  const begun = { leader: id, term: currentTerm, context: contexts(node), covers };
  const reads = begun.context > contexts(before) ? [...history.reads, begun] : history.reads;
  for (const { context, index } of out.reads) {
    const read = reads.find((read) => isMine(read) && read.context === context);
    demand(read !== undefined, () => `node ${id} answers read ${context}, which is not its own`);
    demand(
      read === undefined || index >= read.covers,
      () => `node ${id} answers a read with index ${index}; ${read?.covers} was committed before it began`,
    );
  }
  const isAnswered = ({ context }: Read): boolean => out.reads.some((read) => read.context === context);
  const isLost = ({ term }: Read): boolean => role.name !== "leader" || currentTerm !== term;
  return { ...history, reads: reads.filter((read) => !isMine(read) || !(isAnswered(read) || isLost(read))) };
}

const contexts = ({ core }: NodeState): number =>
  core.role.name === "leader" ? core.role.reads.contexts : 0;
