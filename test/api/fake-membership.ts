import { type Configuration, isVoter, membersOf, partOf } from "../../src/raft/configuration.ts";
import type { Leader } from "../../src/raft/leader.ts";
import { type ChangeRefusal, type MembersChange, nextConfiguration } from "../../src/raft/membership.ts";
import type { State } from "../../src/raft/state.ts";
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

  /** What the leader answers, and what is in force when all that follows by itself has happened. */
  change(before: Placed, change: MembersChange): { readonly answer: Answer; readonly after: Placed } {
    const next = this.refusals.shift() ?? refusalOrNext(before, change);
    if (typeof next === "string")
      return { answer: { kind: "members-refused", reason: next, ...before }, after: before };
    const begun = placedAfter(before, next);
    const after = this.isQuick ? placedAfter(begun, finished(next)) : begun;
    return { answer: { kind: "members", ...begun }, after };
  }
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
  const ids = membersOf(configuration).filter((id) => isVoter(configuration, id));
  return { members: ids.map((id) => ({ id, region: configuration.regions[id] ?? "" })), configurationIndex };
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
