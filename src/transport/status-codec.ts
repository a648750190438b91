import { completed } from "../raft/configuration.ts";
import { completedIdentity, type PartialIdentity } from "../raft/identity.ts";
import type { PeerStatus, Status } from "./status.ts";

/** The members that the previous version's status has. */
type SentStatus = Partial<Status> &
  Pick<
    Status,
    "phase" | "role" | "currentTerm" | "leader" | "commitIndex" | "lastIndex" | "corruptEntries"
  > & {
    readonly identity: PartialIdentity;
    readonly peers: readonly SentPeer[];
  };

type SentPeer = Partial<PeerStatus> & Pick<PeerStatus, "id" | "region" | "matchIndex" | "lag" | "silentMs">;

/** Defaults for the members that an older version does not have. */
const unsaid = {
  lastTerm: 0,
  snapshotIndex: 0,
  load: { requests: 0, readers: 0, queuedBytes: 0, uncommittedBytes: 0 },
  followsWriters: false,
  handedOver: null,
  asleep: false,
  counters: { alarms: 0, calls: 0, rows: 0 },
} as const;

const unsaidOfPeer = { part: "voter", caughtUp: true, mode: null, appendShare: 0 } as const;

/** The status of a node, complete even if the node has the previous version. */
export function decodeStatus(bytes: Uint8Array): Status | null {
  const sent: SentStatus | null = JSON.parse(new TextDecoder().decode(bytes));
  if (sent === null) return null;
  const identity = completedIdentity(sent.identity);
  return {
    ...unsaid,
    ...sent,
    identity,
    configuration: completed(sent.configuration ?? identity.configuration, identity.regions),
    configurationIndex: sent.configurationIndex ?? identity.configurationIndex,
    peers: sent.peers.map((peer) => ({ ...unsaidOfPeer, ...peer })),
  };
}
