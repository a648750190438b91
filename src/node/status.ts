import { membersOf, partOf } from "../raft/configuration.ts";
import type { NodeId } from "../raft/types.ts";
import type { Boot } from "../storage/contract.ts";
import type { PeerStatus, Status } from "../transport/status.ts";
import type { Member } from "./member.ts";
import { Tally } from "./tally.ts";

/** The status of a node. A prepared node, which is no member yet, shows its storage. */
export function statusOf(boot: Boot, member: Member | null): Status {
  if (member === null) return silentStatus(boot);
  const { identity, phase } = boot;
  const { state, corruptEntries } = member.raft;
  const { currentTerm, leader, commitIndex, lastIndex, lastTerm, configuration, configurationIndex } = state;
  const peers = membersOf(configuration).flatMap((id) => peerStatus(member, id));
  const log = { commitIndex, lastIndex, lastTerm, snapshotIndex: state.snapshot.index };
  const known = { currentTerm, leader, ...log, corruptEntries };
  const { followsWriters, handedOver } = member.placement;
  const { load } = member;
  const { alarms, calls, rows } = member.tally;
  const sleep = { asleep: state.quiesce !== null, counters: { alarms, calls, rows } };
  const members = { peers, configuration, configurationIndex, load, followsWriters, handedOver };
  return { identity, phase, role: state.role.name, ...members, ...known, ...sleep };
}

function silentStatus({ identity, phase, hardState, lastIndex, lastTerm, snapshot }: Boot): Status {
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
  const load = { requests: 0, readers: 0, queuedBytes: 0, uncommittedBytes: 0 };
  const placed = { followsWriters: false, handedOver: null };
  const known = { configuration, configurationIndex, counters: new Tally() };
  const log = { lastIndex, lastTerm, snapshotIndex: snapshot.index };
  return { ...silent, ...placed, load, identity, phase, currentTerm, ...log, ...known };
}

/** Only a leader knows the state of its peers. */
function peerStatus(member: Member, id: NodeId): readonly PeerStatus[] {
  const { state } = member.raft;
  const { role, lastIndex, configuration } = state;
  if (role.name !== "leader") return [];
  const region = configuration.regions[id] ?? "";
  const progress = role.peers.get(id);
  const matchIndex = progress?.matchIndex ?? role.durableIndex;
  const silentMs = progress === undefined ? null : member.now() - progress.ackedAt;
  const mode = progress?.mode ?? null;
  const part = partOf(configuration, id);
  const caughtUp = part !== "learner" || role.catchUps.get(id)?.isDone === true;
  const appendShare = member.placement.shareOf(id);
  const replication = { matchIndex, lag: lastIndex - matchIndex, silentMs, mode };
  return [{ id, region, part, ...replication, caughtUp, appendShare }];
}
