import { type Configuration, membersOf, partOf, votersOf } from "../../src/raft/configuration.ts";
import { noEffects } from "../../src/raft/effects.ts";
import { type ChangeRefusal, type MembersChange, nextConfiguration } from "../../src/raft/membership.ts";
import { forceRecovery } from "../../src/raft/recovery.ts";
import type { Leader, State } from "../../src/raft/state.ts";
import { type Index, toIndex } from "../../src/raft/types.ts";
import type { Answer, Members } from "../../src/transport/protocol.ts";
import type { PeerStatus } from "../../src/transport/status.ts";

/** A configuration and where it stands. */
export interface Placed {
  readonly configuration: Configuration;
  readonly configurationIndex: Index;
}

/** Changes of members, without consensus: the refusals are the real ones, and what is taken is committed. */
export class FakeMembership {
  /** Learners catch up at once, and a joint configuration is left. */
  isQuick = true;
  /** What the leader refuses changes for, one a change; null takes one. */
  readonly refusals: (ChangeRefusal | null)[] = [];
  /** Up to where the snapshot goes that a node was sent a part of. */
  readableIndex = 0;

  /** What the leader answers, and what is in force when all that follows by itself has happened. */
  change(before: Placed, change: MembersChange): { readonly answer: Answer; readonly after: Placed } {
    const next = this.refusals.shift() ?? refusalOrNext(before, change);
    if (typeof next === "string")
      return { answer: { kind: "members-refused", reason: next, ...before }, after: before };
    const begun = placedAfter(before, next);
    const after = this.isQuick ? placedAfter(begun, finished(next)) : begun;
    return { answer: { kind: "members", ...begun }, after };
  }

  /** What a node answers that is to go on alone, and what is in force after it. */
  recover(node: RecoveringNode): { readonly answer: Answer; readonly after: Placed } {
    const { placed, lost, clock } = node;
    const state = stateOf(node, this.readableIndex);
    const reason = forceRecovery(state, lost, clock, 0);
    const after = { configuration: state.configuration, configurationIndex: state.configurationIndex };
    return typeof reason === "string"
      ? { answer: { kind: "recover-refused", reason, ...placed }, after: placed }
      : { answer: { kind: "members", ...after }, after };
  }
}

/** A node that is asked to go on alone. */
interface RecoveringNode {
  readonly id: number;
  readonly placed: Placed;
  readonly lost: readonly number[];
  readonly lastIndex: Index;
  readonly leader: number | null;
  /** Milliseconds since the epoch. */
  readonly clock: number;
}

function stateOf({ id, placed, lastIndex, leader }: RecoveringNode, readableIndex: number): State {
  const options = { electionTimeoutMs: 1_000, rank: 0, ranks: 1 };
  const elections = { currentTerm: 1, votedFor: null, leader, leaderHeardAt: 0, role: { name: "follower" } };
  const log = { ...placed, base: { index: 0 }, lastIndex, lastTerm: 1, snapshot: { readableIndex } };
  return { id, options, random: () => 0, ...elections, ...log, effects: noEffects() } as unknown as State;
}

function refusalOrNext({ configuration, configurationIndex }: Placed, change: MembersChange) {
  const state = { configuration, configurationIndex, commitIndex: configurationIndex };
  const leader = { termStart: toIndex(0), peers: new Map() };
  const options = { electionTimeoutMs: 1_000 };
  return nextConfiguration({ ...state, options } as unknown as State, leader as unknown as Leader, change, 0);
}

const placedAfter = ({ configurationIndex }: Placed, configuration: Configuration): Placed => ({
  configuration,
  configurationIndex: toIndex(configurationIndex + 10),
});

function finished({ voters, learners, leaving, ...rest }: Configuration): Configuration {
  const staying = voters.filter((id) => !leaving.includes(id));
  return { ...rest, voters: [...staying, ...learners], outgoing: [], learners: [], leaving: [] };
}

/** What a node tells of the members. */
export function membersOfPlaced({ configuration, configurationIndex }: Placed): Members {
  const ids = votersOf(configuration);
  const members = ids.map((id) => ({ id, region: configuration.regions[id] ?? "" }));
  return { members, configurationIndex, recoveries: configuration.recoveries };
}

/** Its members as a leader sees them: learners have half of what there is. */
export function peersOf(
  configuration: Configuration,
  leader: number,
  lastIndex: number,
): readonly PeerStatus[] {
  return membersOf(configuration).map((id) => {
    const part = partOf(configuration, id);
    const matchIndex = toIndex(part === "learner" ? Math.floor(lastIndex / 2) : lastIndex);
    const lag = lastIndex - matchIndex;
    const silentMs = id === leader ? null : 5;
    const region = configuration.regions[id] ?? "";
    const mode = id === leader ? null : "replicate";
    const appendShare = id === leader ? 1 : 0;
    return { id, region, part, matchIndex, lag, caughtUp: lag === 0, silentMs, mode, appendShare };
  });
}
