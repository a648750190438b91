import type { State } from "../raft/state.ts";
import type { Boot } from "../storage/contract.ts";
import type { PeerStatus, Status } from "../transport/protocol.ts";
import type { Member } from "./member.ts";

/** How a node is doing. A prepared one, which is no member yet, shows what its storage says. */
export function statusOf({ identity, phase, hardState, lastIndex }: Boot, member: Member | null): Status {
  if (member === null) {
    const { currentTerm } = hardState;
    const silent = { role: "follower", leader: null, commitIndex: 0, peers: [], corruptEntries: 0 } as const;
    return { ...silent, identity, phase, currentTerm, lastIndex };
  }
  const { state, corruptEntries } = member.raft;
  const { currentTerm, leader, commitIndex } = state;
  const peers = identity.configuration.voters.flatMap((id) =>
    peerStatus(state, identity.regions, id, member.now()),
  );
  const known = { currentTerm, leader, commitIndex, lastIndex: state.lastIndex, corruptEntries };
  return { identity, phase, role: state.role.name, peers, ...known };
}

/** Only a leader knows how its peers are doing. */
function peerStatus(
  state: State,
  regions: readonly string[],
  id: number,
  now: number,
): readonly PeerStatus[] {
  const { role, lastIndex } = state;
  if (role.name !== "leader") return [];
  const region = regions[id - 1] ?? "";
  const progress = role.peers.get(id);
  const matchIndex = progress?.matchIndex ?? role.durableIndex;
  const silentMs = progress === undefined ? null : now - progress.ackedAt;
  return [{ id, region, matchIndex, lag: lastIndex - matchIndex, silentMs }];
}
