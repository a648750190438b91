import type { LogId } from "../log/types.ts";
import { isMember } from "../raft/configuration.ts";
import type { Raft } from "../raft/raft.ts";
import type { Index } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import type { PageQuery, QueryResult } from "../transport/protocol.ts";
import { resultOf } from "./queries.ts";
import type { TailPosition } from "./subscriber.ts";

/** Reads that a member can serve at once from its own rows. */
export class Replica {
  readonly #raft: Raft;
  readonly #storage: Storage;

  constructor(raft: Raft, storage: Storage) {
    this.#raft = raft;
    this.#storage = storage;
  }

  /** Whether it was removed, and so does not learn of new commits. */
  get isOut(): boolean {
    const { role, configuration, id } = this.#raft.state;
    return role.name !== "leader" && !isMember(configuration, id);
  }

  /**
   * All up to this index is committed and can be read. Null if the node has just started and knows no commit yet (there
   * is always more than the snapshot, because compaction leaves the last entries), or if it holds half of a snapshot.
   */
  get readableIndex(): Index | null {
    const { commitIndex, snapshot } = this.#raft.state;
    const isKnown = commitIndex > snapshot.index && commitIndex >= snapshot.readableIndex;
    return isKnown ? commitIndex : null;
  }

  /** The logs that entries in (after, upTo] changed; null: any, because a snapshot came in. */
  changed(after: Index, upTo: Index): readonly LogId[] | null {
    return after < this.#raft.state.snapshot.index ? null : this.#storage.touched(after, upTo);
  }

  /**
   * Whether there is news for a subscriber at record `next` of a life, as of `upTo`: records, or the end of the log.
   */
  hasNews({ name, log, next }: Pick<TailPosition, "name" | "log" | "next">, upTo: Index): boolean {
    const view = this.#storage.view(upTo);
    const life = view.life(name);
    const isOver = life === null || life.id !== log || life.deleted || life.state.closed;
    return isOver || view.tail(log).seq > next;
  }

  /** A page as of `upTo`, a readable index; null if this copy is damaged. */
  page(query: Omit<PageQuery, "kind" | "waitMs">, upTo: Index): QueryResult | null {
    return resultOf({ kind: "page", ...query, waitMs: 0 }, this.#storage, upTo);
  }
}
