import type { Raft } from "../raft/raft.ts";
import type { ConfirmedRead } from "../raft/ready.ts";
import { type Index, toIndex } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import type { Waiting } from "./waiting.ts";

/** Notifies all that waits of results: reads, entries, commits, and changes of logs. */
export class Settlement {
  readonly #raft: Raft;
  readonly #storage: Storage;
  readonly #waiting: Waiting;
  /** The commit index up to which waits for changed logs were notified. */
  #toldCommit: Index = toIndex(0);

  constructor(raft: Raft, storage: Storage, waiting: Waiting) {
    this.#raft = raft;
    this.#storage = storage;
    this.#waiting = waiting;
  }

  /** Called after a group, with the reads that it confirmed. */
  settle(reads: readonly ConfirmedRead[]): void {
    for (const { context, index } of reads) this.#waiting.confirmRead(context, index);
    const { role, commitIndex } = this.#raft.state;
    if (role.name !== "leader") this.#waiting.loseReads();
    this.#waiting.committed(commitIndex, (index, term) => this.#raft.isOfTerm(index, term));
    this.#tellTails(commitIndex);
  }

  /** Lets requests read again if their log has changed. A snapshot may have changed any log. */
  #tellTails(commitIndex: Index): void {
    const told = this.#toldCommit;
    const { snapshot } = this.#raft.state;
    if (commitIndex === told || commitIndex < snapshot.readableIndex) return;
    this.#toldCommit = commitIndex;
    if (told < snapshot.index) this.#waiting.allChanged();
    else if (this.#waiting.hasTails) this.#waiting.changed(this.#storage.touched(told, commitIndex));
  }
}
