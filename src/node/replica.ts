import type { LogId } from "../log/types.ts";
import { isMember } from "../raft/configuration.ts";
import type { Raft } from "../raft/raft.ts";
import type { Index } from "../raft/types.ts";
import type { Storage } from "../storage/contract.ts";
import type { PageQuery, QueryResult } from "../transport/protocol.ts";
import { resultOf } from "./queries.ts";
import type { TailPosition } from "./subscriber.ts";

/** What a member can show from its own rows at once, asking nobody. */
export class Replica {
  readonly #raft: Raft;
  readonly #storage: Storage;

  constructor(raft: Raft, storage: Storage) {
    this.#raft = raft;
    this.#storage = storage;
  }

  /** Whether it was removed: it hears no more of what is committed. */
  get isOut(): boolean {
    const { role, configuration, id } = this.#raft.state;
    return role.name !== "leader" && !isMember(configuration, id);
  }

  /**
   * Up to here all is committed, and in its rows; null where it does not know of anything: it was just started (there
   * always is more than the snapshot, for compaction leaves a tail), or holds half of a snapshot.
   */
  get readableIndex(): Index | null {
    const { commitIndex, snapshot } = this.#raft.state;
    const isKnown = commitIndex > snapshot.index && commitIndex >= snapshot.readableIndex;
    return isKnown ? commitIndex : null;
  }

  /** The logs that entries in (after, upTo] are of; null: what a snapshot brought in may be of any. */
  changed(after: Index, upTo: Index): readonly LogId[] | null {
    return after < this.#raft.state.snapshot.index ? null : this.#storage.touched(after, upTo);
  }

  /** Whether somebody at the record `next` of a life has something to hear, records or its end, as of `upTo`. */
  hasNews({ name, log, next }: Pick<TailPosition, "name" | "log" | "next">, upTo: Index): boolean {
    const view = this.#storage.view(upTo);
    const life = view.life(name);
    const isOver = life === null || life.id !== log || life.deleted || life.state.closed;
    return isOver || view.tail(log).seq > next;
  }

  /** A page as of `upTo`, a readable index; null where this copy of it is damaged. */
  page(query: Omit<PageQuery, "kind" | "waitMs">, upTo: Index): QueryResult | null {
    return resultOf({ kind: "page", ...query, waitMs: 0 }, this.#storage, upTo);
  }
}
