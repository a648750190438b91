import { membersOf, partOf } from "../raft/configuration.ts";
import type { State } from "../raft/state.ts";
import type { NodeId } from "../raft/types.ts";
import type { Boot } from "../storage/contract.ts";
import type { PeerStatus, Status } from "../transport/protocol.ts";
import type { Member } from "./member.ts";
import { Tally } from "./tally.ts";

/** How a node is doing. A prepared one, which is no member yet, shows what its storage says. */
export function statusOf({ identity, phase, hardState, lastIndex }: Boot, member: Member | null): Status {
  if (member === null) {
    const { configuration, configurationIndex } = identity;
    const { currentTerm } = hardState;
    const silent = {
      role: "follower",
      leader: null,
      commitIndex: 0,
      peers: [],
      corruptEntries: 0,
      asleep: false,
    } as const;
    const known = { configuration, configurationIndex, counters: new Tally() };
    return { ...silent, identity, phase, currentTerm, lastIndex, ...known };
  }
  const { state, corruptEntries } = member.raft;
  const { currentTerm, leader, commitIndex, configuration, configurationIndex } = state;
  const peers = membersOf(configuration).flatMap((id) => peerStatus(state, id, member.now()));
  const known = { currentTerm, leader, commitIndex, lastIndex: state.lastIndex, corruptEntries };
  const { alarms, calls, rows } = member.tally;
  const sleep = { asleep: state.sleep !== null, counters: { alarms, calls, rows } };
  const members = { peers, configuration, configurationIndex };
  return { identity, phase, role: state.role.name, ...members, ...known, ...sleep };
}

/** Only a leader knows how its peers are doing. */
function peerStatus(state: State, id: NodeId, now: number): readonly PeerStatus[] {
  const { role, lastIndex, configuration } = state;
  if (role.name !== "leader") return [];
  const region = configuration.regions[id] ?? "";
  const progress = role.peers.get(id);
  const matchIndex = progress?.matchIndex ?? role.durableIndex;
  const silentMs = progress === undefined ? null : now - progress.ackedAt;
  const part = partOf(configuration, id);
  const caughtUp = part !== "learner" || role.catchUps.get(id)?.isDone === true;
  return [{ id, region, part, matchIndex, lag: lastIndex - matchIndex, caughtUp, silentMs }];
}
