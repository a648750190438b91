import type { Configuration } from "../../../src/raft/configuration.ts";
import type { NodeId, QuiesceMark } from "../../../src/raft/types.ts";
import type { Status } from "../../../src/transport/status.ts";
import type { Disk } from "../world/disk.ts";
import type { Chain } from "./chain.ts";
import { require } from "./finding.ts";

/** What is remembered of one node, across its restarts. */
export interface Witness {
  readonly id: NodeId;
  disk: Disk | null;
  /** What its clock shows, ms since the epoch. */
  wallNow: () => number;
  /** By the node's last status. Volatile: a restart begins anew. */
  term: number;
  commitIndex: number;
  role: Status["role"];
  configuration: Configuration | null;
  /** In its first step since it was restarted: the mark that its disk then had. */
  bootMark: QuiesceMark | null;
  /** Its own durable votes. */
  readonly votes: Map<number, NodeId | null>;
  /** The chains of all that it ever wrote. */
  readonly everWritten: Set<Chain>;
}

/** One for each node. */
export class Witnesses {
  readonly all: Witness[] = [];

  of(id: NodeId): Witness {
    const known = this.all[id - 1];
    if (known !== undefined) return known;
    const made: Witness = {
      ...{ id, disk: null, term: 0, commitIndex: 0, role: "follower", configuration: null, bootMark: null },
      ...{ votes: new Map(), everWritten: new Set(), wallNow: () => Number.NaN },
    };
    this.all[id - 1] = made;
    return made;
  }

  /** The nodes that have on disk what `witness` has written up to `index`. */
  holders(witness: Witness, index: number): (id: NodeId) => boolean {
    const chain = diskOf(witness).written.log.chains[index];
    return (id) => this.of(id).disk?.onDisk.log.chains[index] === chain;
  }
}

export function diskOf({ disk, id }: Witness): Disk {
  require(disk !== null, "set-up", () => `node ${id} has no disk`);
  return disk;
}
