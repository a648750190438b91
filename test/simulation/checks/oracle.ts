import { type Configuration, isJoint } from "../../../src/raft/configuration.ts";
import type { Message } from "../../../src/raft/messages.ts";
import type { PlacedConfiguration } from "../../../src/raft/state.ts";
import type { NodeId, Options } from "../../../src/raft/types.ts";
import type { Status } from "../../../src/transport/status.ts";
import { configurationsIn, type Disk, type DiskObserver, type Image, type Written } from "../world/disk.ts";
import type { Marks } from "../world/trace.ts";
import type { Chain, Link } from "./chain.ts";
import { CommitRegister } from "./commits.ts";
import { DecisionRegister } from "./decision-register.ts";
import { Departures } from "./departures.ts";
import { EntryRegister } from "./entries.ts";
import { require } from "./finding.ts";
import { QuiesceRegister } from "./quiesce-register.ts";
import { areNeighbours, isQuorum } from "./quorums.ts";
import type { Committed } from "./replay.ts";
import { SnapshotRegister } from "./snapshots.ts";
import { TermRegister } from "./terms.ts";
import { diskOf, type Witness, Witnesses } from "./witnesses.ts";

/**
 * The properties of Raft (paper figure 3) and of persist-before-send, judged from outside: by writes, by the messages
 * that leave a node, and by its status.
 */
export class Oracle {
  readonly entries = new EntryRegister();
  readonly terms = new TermRegister();
  readonly commits = new CommitRegister();
  readonly #snapshots: SnapshotRegister;
  readonly quiesce = new QuiesceRegister();
  readonly #decisions = new DecisionRegister();
  readonly #witnesses = new Witnesses();
  readonly #departures: Departures;
  readonly #marks: Marks;

  constructor(options: Pick<Options, "appendBytesMax">, marks: Marks) {
    this.#marks = marks;
    const { entries, terms, commits, quiesce } = this;
    const snapshots = new SnapshotRegister(entries, commits, options, marks);
    this.#snapshots = snapshots;
    const registers = { entries, terms, commits, snapshots, quiesce };
    this.#departures = new Departures(registers, this.#witnesses, options, marks);
  }

  /** Watches a node's disk from now on. */
  observer(id: NodeId): DiskObserver {
    const witness = this.#witnesses.of(id);
    return {
      committed: (index) => this.#link(index),
      writing: (image, written) => this.#writing(witness, image, written),
      durable: (written) => this.#durable(witness, written),
    };
  }

  /** A committed entry. */
  #link(index: number): Link {
    const { terms, chains } = this.commits;
    return { entry: this.entries.entry(terms[index] as number, index), chain: chains[index] as Chain };
  }

  /** The committed entry at an index, and when it was decided on. */
  readonly committed = (index: number): Committed => {
    const { entry } = this.#link(index);
    return { entry, madeAt: this.#decisions.madeAt(entry) };
  };

  /** `wallNow`: what the node's clock shows, ms since the epoch. */
  attach(id: NodeId, disk: Disk, wallNow: () => number): void {
    Object.assign(this.#witnesses.of(id), { disk, wallNow });
  }

  restarted(id: NodeId): void {
    const witness = this.#witnesses.of(id);
    const disk = diskOf(witness);
    require(disk.isSound(), "storage", () => `node ${id} does not read back what it wrote`);
    this.#snapshots.restarted(id);
    witness.commitIndex = disk.onDisk.snapshot.index;
    witness.role = "follower";
    witness.term = disk.onDisk.hardState.currentTerm;
    witness.bootMark = disk.onDisk.quiesceMark;
    this.quiesce.restarted(id, disk.onDisk.quiesceMark);
  }

  /** A node has taken a step, and this is its status. */
  stepped(id: NodeId, status: Status): "elected" | "all asleep" | null {
    const witness = this.#witnesses.of(id);
    const { currentTerm, role, commitIndex, configuration, snapshotIndex, lastIndex } = status;
    require(snapshotIndex <= commitIndex && commitIndex <= lastIndex, "snapshot, commit, last", () =>
      `node ${id} has snapshot ${snapshotIndex}, commit ${commitIndex}, last ${lastIndex}`);
    require(currentTerm >= witness.term, "monotonic term", () =>
      `node ${id} went from ${witness.term} to ${currentTerm}`);
    const leads = role === "leader" && (witness.role !== "leader" || witness.term !== currentTerm);
    const resumed = leads && this.terms.leader(currentTerm) === id;
    const gaveUp = witness.role === "leader" && role !== "leader" && witness.term === currentTerm;
    if (gaveUp) this.#marks.count("reached: a leader stepped down by itself");
    witness.term = currentTerm;
    witness.role = role;
    if (resumed) this.#resumed(witness, status);
    else if (leads) this.#elected(witness);
    witness.bootMark = null;
    const before = witness.configuration ?? configuration;
    witness.configuration = configuration;
    if (commitIndex !== witness.commitIndex) this.#committed(witness, commitIndex, [before, configuration]);
    this.#requireOneChange(witness);
    const allAsleep = this.quiesce.stepped(id, status, diskOf(witness).written.quiesceMark);
    if (allAsleep) this.#marks.count("reached: the cluster slept");
    if (allAsleep) return "all asleep";
    return leads && !resumed ? "elected" : null;
  }

  #resumed({ id, bootMark }: Witness, status: Status): void {
    this.quiesce.resumed(id, status, bootMark);
    this.#marks.count("reached: a leader resumed its term after a restart");
  }

  #elected(witness: Witness): void {
    const { id, term } = witness;
    if (this.quiesce.isReplaced(term, id))
      this.#marks.count("reached: a dead leader was replaced after a wake");
    this.terms.lead(term, id);
    this.commits.elected(id, term, diskOf(witness).written.log);
    this.#marks.count("reached: a leader was elected");
    const isAlone = this.#witnesses.all.every((other) => other === witness || other.role !== "leader");
    if (!isAlone) this.#marks.count("reached: two leaders, of different terms");
  }

  #committed(witness: Witness, commitIndex: number, inForce: readonly Configuration[]): void {
    const { id, term, role, commitIndex: before } = witness;
    require(commitIndex > before, "monotonic commit", () =>
      `node ${id} went from ${before} to ${commitIndex}`);
    const { log } = diskOf(witness).written;
    const isOlder = log.terms[this.commits.last + 1] !== term;
    const isNew = this.commits.committed(id, log, before, commitIndex);
    witness.commitIndex = commitIndex;
    if (role === "leader") {
      if (isNew && isOlder) this.#marks.count("reached: a leader committed an older term's entry");
      const own = log.terms[commitIndex] === term;
      require(own, "commit through the own term", () =>
        `leader ${id} of term ${term} commits ${commitIndex} of term ${log.terms[commitIndex]}`);
    }
    if (isNew || role === "leader") this.commits.note(term, commitIndex);
    if (isNew) this.#requireQuorum(witness, commitIndex, inForce);
  }

  /** At its first commit, a majority has the entry on disk: of the configuration before that step, or after it. */
  #requireQuorum(witness: Witness, index: number, inForce: readonly Configuration[]): void {
    const holds = this.#witnesses.holders(witness, index);
    require(inForce.some((configuration) => isQuorum(configuration, holds)), "durable quorum", () =>
      `entry ${index} is committed, and on the disks of ${this.#witnesses.all.filter(({ id }) => holds(id)).map(({ id }) => id)}`);
  }

  #writing(witness: Witness, image: Image, written: Written): void {
    const { persist, filled, chains } = written;
    const { hardState, truncateFrom, snapshot } = persist;
    const { id } = witness;
    const current = image.hardState;
    if (hardState !== null) {
      const { currentTerm, votedFor } = hardState;
      require(currentTerm >= current.currentTerm, "monotonic term", () =>
        `node ${id} writes term ${currentTerm}`);
      const kept =
        currentTerm > current.currentTerm || current.votedFor === null || current.votedFor === votedFor;
      require(kept, "single vote", () => `node ${id} changes its vote of term ${currentTerm}`);
    }
    if (snapshot !== null && this.#snapshots.writing(id, image, written, snapshot) === "compaction")
      this.#compacting(witness, image, snapshot.mark.index);
    // The entries that a snapshot replaces are the same, or were never committed.
    const from = snapshot === null ? truncateFrom : truncateFrom && snapshot.mark.index + 1;
    if (from !== null) this.#truncating(witness, image, from, (hardState ?? current).currentTerm);
    for (const { chain } of filled) witness.everWritten.add(chain);
    this.#configuring(witness, image, persist);
    for (const chain of chains) witness.everWritten.add(chain);
    for (const entry of persist.append) this.#decisions.written(entry, witness.wallNow());
  }

  /**
   * Entries count only once they are durable. A leader that woke, wrote an entry, and lost both, sleeps on in its
   * term. It may write another entry in that place, because no node has seen the first.
   */
  #durable({ id, votes }: Witness, { persist: { hardState, quiesce, append }, chains }: Written): void {
    if (quiesce !== null && quiesce !== "awake") this.quiesce.durable(id, quiesce);
    if (hardState !== null) votes.set(hardState.currentTerm, hardState.votedFor);
    for (const [i, entry] of append.entries()) this.entries.add(entry, chains[i] as Chain);
  }

  /** Of a log's configurations only the last may be uncommitted (paper §6, thesis §4.3). */
  #requireOneChange(witness: Witness): void {
    const [before, last] = diskOf(witness).written.configurations.slice(-2);
    if (before === undefined || last === undefined) return;
    // A leader that committed it, wrote the next and crashed has not reported that.
    const isCommitted =
      before.index <= this.commits.last ||
      isQuorum(before.configuration, this.#witnesses.holders(witness, before.index));
    require(isCommitted, "one change at a time", () =>
      `node ${witness.id} has configurations ${before.index} and ${last.index}, and neither is committed`);
  }

  /** Any two neighbours share their quorums. */
  #configuring(witness: Witness, image: Image, { truncateFrom, append }: Written["persist"]): void {
    let before = image.configurations.findLast(
      ({ index }) => index < (truncateFrom ?? Number.POSITIVE_INFINITY),
    );
    for (const next of configurationsIn(append)) {
      if (before !== undefined) {
        const overlap = areNeighbours(before.configuration, next.configuration);
        require(overlap, "quorums overlap", () =>
          `configuration ${next.index} does not follow from the one before`);
        if (witness.role === "leader") this.#promoting(witness, before, next);
      }
      this.#marks.count("reached: a configuration was written");
      if (isJoint(next.configuration)) this.#marks.count("reached: a joint configuration was written");
      before = next;
    }
  }

  /** A leader promotes learners: each has on disk all entries from before it was added (thesis §4.2.1). */
  #promoting(witness: Witness, before: PlacedConfiguration, { configuration }: PlacedConfiguration): void {
    const holds = this.#witnesses.holders(witness, before.index);
    for (const learner of before.configuration.learners) {
      if (!configuration.voters.includes(learner)) continue;
      this.#marks.count("reached: a learner became a voter");
      require(holds(learner), "voters that have caught up", () =>
        `node ${learner} becomes a voter, and lacks entry ${before.index}, by which it was added`);
    }
  }

  #truncating({ id, commitIndex }: Witness, { log }: Image, from: number, term: number): void {
    const leads = this.terms.leader(term) === id;
    require(!leads, "leader append-only", () => `leader ${id} of term ${term} truncates from ${from}`);
    const committed = from <= commitIndex || this.commits.isCommitted(log, from, term);
    require(!committed, "committed for ever", () =>
      `node ${id} truncates committed entry ${from} in term ${term}`);
    this.#marks.count("reached: a suffix was truncated");
  }

  /** A node compacts only committed entries, even if it crashes before its status shows that. */
  #compacting(witness: Witness, { log, hardState, configurations }: Image, index: number): void {
    if (!this.commits.committed(witness.id, log, witness.commitIndex, index)) return;
    this.commits.note(hardState.currentTerm, index);
    const inForce = [
      witness.configuration,
      ...configurations.slice(-2).map(({ configuration }) => configuration),
    ];
    this.#requireQuorum(
      witness,
      index,
      inForce.filter((configuration) => configuration !== null),
    );
  }

  /** A message leaves a node. */
  left(message: Message): void {
    this.#departures.left(message);
  }
}
