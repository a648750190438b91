import { membersOf, partOf } from "../raft/configuration.ts";
import type { State } from "../raft/state.ts";
import type { NodeId } from "../raft/types.ts";
import type { Boot } from "../storage/contract.ts";
import type { PeerStatus, Status } from "../transport/protocol.ts";
import type { Member } from "./member.ts";

/** How a node is doing. A prepared one, which is no member yet, shows what its storage says. */
export function statusOf(
  { identity, phase, hardState, lastIndex, snapshot }: Boot,
  member: Member | null,
): Status {
  if (member === null) {
    const { configuration, configurationIndex } = identity;
    const { currentTerm } = hardState;
    const silent = { role: "follower", leader: null, commitIndex: 0, peers: [], corruptEntries: 0 } as const;
    const indexes = { lastIndex, snapshotIndex: snapshot.index };
    return { ...silent, identity, phase, currentTerm, ...indexes, configuration, configurationIndex };
  }
  const { state, corruptEntries } = member.raft;
  const { currentTerm, leader, commitIndex, configuration, configurationIndex } = state;
  const peers = membersOf(configuration).flatMap((id) => peerStatus(state, id, member.now()));
  const indexes = { commitIndex, lastIndex: state.lastIndex, snapshotIndex: state.snapshot.index };
  const known = { currentTerm, leader, ...indexes, corruptEntries };
  return { identity, phase, role: state.role.name, peers, configuration, configurationIndex, ...known };
}

/** Only a leader knows how its peers are doing. */
function peerStatus(state: State, id: NodeId, now: number): readonly PeerStatus[] {
  const { role, lastIndex, configuration } = state;
  if (role.name !== "leader") return [];
  const region = configuration.regions[id] ?? "";
  const progress = role.peers.get(id);
  const matchIndex = progress?.matchIndex ?? role.durableIndex;
  const silentMs = progress === undefined ? null : now - progress.ackedAt;
  const mode = progress?.mode ?? null;
  const part = partOf(configuration, id);
  const caughtUp = part !== "learner" || role.catchUps.get(id)?.isDone === true;
  return [{ id, region, part, matchIndex, lag: lastIndex - matchIndex, caughtUp, silentMs, mode }];
}
