import { segmentChecksum } from "../../../src/raft/entry.ts";
import type {
  AppendEntries,
  AppendEntriesAccepted,
  AppendEntriesRejected,
  InstallSnapshot,
  InstallSnapshotResponse,
  Message,
  PreVote,
  PreVoteResponse,
  RequestVote,
  RequestVoteResponse,
} from "../../../src/raft/messages.ts";
import { type Entry, type NodeId, type Term, toIndex } from "../../../src/raft/types.ts";

type Envelope = Pick<Message, "from" | "to" | "term">;

/** The end of a candidate's log, and the index of its configuration. 0 is the empty log. */
interface LogEnd {
  readonly configurationIndex?: number;
  readonly lastIndex?: number;
  readonly lastTerm?: Term;
}

const envelope = (from: NodeId, to: NodeId, term: Term): Envelope => ({ from, to, term });

/** The sender, the receiver and the term. */
export const between = (from: NodeId, to: NodeId) => ({
  in: (term: Term) => craft(envelope(from, to, term)),
});

/** Messages written by hand, for cases that an ordinary run does not produce. */
function craft(head: Envelope) {
  return {
    preVote: ({ lastIndex = 0, lastTerm = 0, configurationIndex = 0 }: LogEnd): PreVote => ({
      type: "PreVote",
      recoveries: 0,
      configurationIndex: toIndex(configurationIndex),
      ...head,
      lastIndex: toIndex(lastIndex),
      lastTerm,
    }),
    preVoteResponse: (granted: boolean): PreVoteResponse => ({ type: "PreVoteResponse", ...head, granted }),
    requestVote: ({ lastIndex = 0, lastTerm = 0, configurationIndex = 0 }: LogEnd): RequestVote => ({
      type: "RequestVote",
      recoveries: 0,
      configurationIndex: toIndex(configurationIndex),
      isTransfer: false,
      ...head,
      lastIndex: toIndex(lastIndex),
      lastTerm,
    }),
    requestVoteResponse: (granted: boolean): RequestVoteResponse => ({
      type: "RequestVoteResponse",
      ...head,
      granted,
    }),
    append: (fields: AppendFields): AppendEntries => ({
      type: "AppendEntries",
      recoveries: 0,
      ...head,
      configurationIndex: toIndex(fields.configurationIndex ?? 0),
      prevIndex: toIndex(fields.prevIndex ?? 0),
      prevTerm: fields.prevTerm ?? 0,
      entries: fields.entries ?? [],
      commitIndex: toIndex(fields.commitIndex ?? 0),
      round: fields.round ?? 0,
      quiesce: fields.quiesce ?? false,
    }),
    accepted: (matchIndex: number, round = 0, quiesced = false): AppendEntriesAccepted => ({
      type: "AppendEntriesAccepted",
      ...head,
      round,
      matchIndex: toIndex(matchIndex),
      quiesced,
    }),
    rejected: (
      prevIndex: number,
      hintIndex: number,
      hintTerm: Term,
      round = 0,
      commitIndex = 0,
    ): AppendEntriesRejected => ({
      type: "AppendEntriesRejected",
      ...head,
      round,
      prevIndex: toIndex(prevIndex),
      hintIndex: toIndex(hintIndex),
      hintTerm,
      commitIndex: toIndex(commitIndex),
    }),
    installed: (prevIndex: number, commitIndex: number): InstallSnapshotResponse => ({
      type: "InstallSnapshotResponse",
      ...head,
      prevIndex: toIndex(prevIndex),
      commitIndex: toIndex(commitIndex),
    }),
    segment: ({ prevIndex, lastIndex, lastTerm, snapshotIndex, entries }: SegmentFields): InstallSnapshot => {
      const segment = {
        type: "InstallSnapshot",
        ...head,
        configurationIndex: toIndex(0),
        recoveries: 0,
        prevIndex: toIndex(prevIndex),
        lastIndex: toIndex(lastIndex),
        lastTerm,
        snapshotIndex: toIndex(snapshotIndex ?? lastIndex),
        entries,
      } as const;
      return { ...segment, checksum: segmentChecksum(segment) };
    },
  };
}

interface SegmentFields {
  readonly prevIndex: number;
  readonly lastIndex: number;
  readonly lastTerm: Term;
  /** By default its own last index. */
  readonly snapshotIndex?: number;
  readonly entries: readonly Entry[];
}

interface AppendFields {
  readonly configurationIndex?: number;
  readonly prevIndex?: number;
  readonly prevTerm?: Term;
  readonly entries?: readonly Entry[];
  readonly commitIndex?: number;
  readonly round?: number;
  readonly quiesce?: boolean;
}
