import { isMember } from "../raft/configuration.ts";
import type { Raft } from "../raft/raft.ts";
import { toIndex } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import type { NodeOptions } from "./options.ts";

/**
 * Compacts a node's log, each node as it sees fit: keeps a bounded tail of entries for followers that are slow,
 * and removes rows that nobody needs any more, some with each group of inputs.
 */
export class Compaction {
  readonly #raft: Raft;
  readonly #storage: Storage;
  readonly #options: NodeOptions;
  /** Whether dead rows may be left, by the mark that they were looked for last. */
  #cleanTo = toIndex(0);

  constructor(raft: Raft, storage: Storage, options: NodeOptions) {
    this.#raft = raft;
    this.#storage = storage;
    this.#options = options;
  }

  /** Lets consensus forget what lies before the tail; its `ready` is due then. Rarely, so that it costs little. */
  advance(): void {
    const { commitIndex, snapshot } = this.#raft.state;
    const tailEntries = this.#isRetired() ? 0 : this.#options.tailEntries;
    if (commitIndex - snapshot.index > 2 * tailEntries)
      this.#raft.compact(toIndex(commitIndex - tailEntries));
  }

  /** Nobody needs the log of who was removed; and by its mark it knows, after a restart too, not to campaign. */
  #isRetired(): boolean {
    const { configuration, configurationIndex, commitIndex, id } = this.#raft.state;
    return configurationIndex <= commitIndex && !isMember(configuration, id);
  }

  /** True where it may have removed rows. */
  removeDead(): boolean {
    const { index } = this.#raft.state.snapshot;
    if (index === this.#cleanTo) return false;
    if (this.#storage.removeDead(this.#options.deadRowsMax)) this.#cleanTo = index;
    return true;
  }
}
