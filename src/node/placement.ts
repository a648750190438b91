import { isMember } from "../raft/configuration.ts";
import type { Raft } from "../raft/raft.ts";
import type { NodeId } from "../raft/types.ts";
import type { HandOver } from "../transport/status.ts";
import type { NodeOptions } from "./options.ts";
import { Writers } from "./writers.ts";

/** Entries that a successor may lack. A hand-over waits while it catches up. */
const lagMax = 64;

/** Moves leadership to the writers: to a member near which most appends enter, clearly and steadily. */
export class Placement {
  readonly #raft: Raft;
  readonly #options: NodeOptions;
  #writers: Writers;
  /** The term that `#writers` counts in. */
  #term: number;
  /** The last hand-over that this node began since its object started. */
  handedOver: HandOver | null = null;

  constructor(raft: Raft, options: NodeOptions, now: number) {
    this.#raft = raft;
    this.#options = options;
    this.#writers = new Writers(options.writers, now);
    this.#term = raft.state.currentTerm;
  }

  /**
   * The leader has accepted an append; `near` is null if it is not known near which member it entered. A removed member
   * does not count.
   */
  appended(near: NodeId | null, now: number): void {
    const { id, configuration } = this.#raft.state;
    if (near !== null && !isMember(configuration, near)) return;
    const { regions } = configuration;
    // Another member in the leader's own region is not nearer.
    const isHere = near === null || regions[near] === regions[id];
    this.#ofTerm(now).appended(isHere ? id : near, now);
  }

  /** Hands over, if it is time. `wallNow` is ms since the epoch, on the wall clock. */
  review(now: number, wallNow: number): void {
    const { role, quiesce } = this.#raft.state;
    if (role.name !== "leader" || quiesce !== null) return;
    const to = this.#ofTerm(now).carrier(now);
    if (!this.followsWriters || to === null || !this.#isReady(to, now)) return;
    if (this.#raft.transfer(to, now) !== "begun") return;
    this.handedOver = { to, at: wallNow };
    // If the hand-over fails, it is not tried again at once.
    this.#writers = new Writers(this.#options.writers, now);
  }

  get followsWriters(): boolean {
    return this.#options.followWriters;
  }

  /** The share of a member in the appends of the leader's last window, 0 to 1. */
  shareOf(id: NodeId): number {
    return this.#raft.state.currentTerm === this.#term ? this.#writers.shareOf(id) : 0;
  }

  /** Whether a peer answers, lacks few entries, and no other hand-over is under way. */
  #isReady(to: NodeId, now: number): boolean {
    const { role, lastIndex } = this.#raft.state;
    if (role.name !== "leader" || role.transfer !== null) return false;
    const progress = role.peers.get(to);
    if (progress === undefined || lastIndex - progress.matchIndex > lagMax) return false;
    return now - progress.ackedAt < this.#options.electionTimeoutMs;
  }

  /** A node that leads again starts to count again. */
  #ofTerm(now: number): Writers {
    const { currentTerm } = this.#raft.state;
    if (this.#term !== currentTerm) this.#writers = new Writers(this.#options.writers, now);
    this.#term = currentTerm;
    return this.#writers;
  }
}
