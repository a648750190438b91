import type { InstallSnapshot } from "../../../src/raft/messages.ts";
import type { SnapshotWrite } from "../../../src/raft/ready.ts";
import type { NodeId, Options } from "../../../src/raft/types.ts";
import type { Image, Written } from "../world/disk.ts";
import type { Marks } from "../world/trace.ts";
import type { CommitRegister } from "./commits.ts";
import type { EntryRegister } from "./entries.ts";
import { require } from "./finding.ts";

/** Judges snapshots by the committed entries: the segments that are sent, and what a node installs. */
export class SnapshotRegister {
  readonly #entries: EntryRegister;
  readonly #commits: CommitRegister;
  readonly #options: Pick<Options, "appendBytesMax">;
  readonly #marks: Marks;
  /** The nodes that have a part of a snapshot, and whether each was restarted since. */
  readonly #partial = new Map<NodeId, { isCutOff: boolean }>();

  constructor(
    entries: EntryRegister,
    commits: CommitRegister,
    options: Pick<Options, "appendBytesMax">,
    marks: Marks,
  ) {
    this.#entries = entries;
    this.#commits = commits;
    this.#options = options;
    this.#marks = marks;
  }

  /** Every row is the committed entry of its index, and so is the end; the segment is bounded. */
  left({ from, prevIndex, lastIndex, lastTerm, snapshotIndex, entries }: InstallSnapshot): void {
    const { last, terms } = this.#commits;
    const isInOrder = prevIndex < lastIndex && lastIndex <= snapshotIndex && snapshotIndex <= last;
    require(isInOrder && lastTerm === terms[lastIndex], "snapshot of what is committed", () =>
      `node ${from} sends (${prevIndex}, ${lastIndex}] of ${snapshotIndex}`);
    for (const { index, term, checksum } of entries) {
      const isInside = index > prevIndex && index <= lastIndex && term === terms[index];
      require(isInside && this.#entries.entry(term, index).checksum === checksum, "snapshot's hash", () =>
        `node ${from} sends another row ${index}`);
    }
    const bytes = entries.reduce((sum, { data }) => sum + data.length, 0);
    require(entries.length < 2 || bytes <= this.#options.appendBytesMax, "bounded messages", () =>
      `node ${from} sends a segment of ${bytes} bytes`);
  }

  /** A node is about to compact its log, or to install a segment. */
  writing(
    id: NodeId,
    image: Image,
    { persist }: Written,
    snapshot: SnapshotWrite,
  ): "compaction" | "installation" {
    const { index, term } = snapshot.mark;
    const { log } = image;
    require(index > image.snapshot.index, "monotonic snapshot", () =>
      `node ${id} goes from snapshot ${image.snapshot.index} to ${index}`);
    const isCompaction = persist.truncateFrom === null && index <= log.lastIndex;
    const known = isCompaction ? log.terms[index] : this.#commits.terms[index];
    require(term === known, "snapshot of what is committed", () =>
      `node ${id} has a snapshot up to ${index} of term ${term}`);
    if (isCompaction) {
      this.#marks.count("reached: a log was compacted");
      return "compaction";
    }
    const hasIt = log.chains[index] === this.#commits.chains[index];
    require(!hasIt, "a matching suffix is kept", () => `node ${id} drops what follows entry ${index}`);
    if (this.#conflicts(image, index)) this.#marks.count("reached: a snapshot dropped a conflicting suffix");
    this.#installing(id, snapshot);
    return "installation";
  }

  #conflicts({ log }: Image, index: number): boolean {
    const end = Math.min(log.lastIndex, index);
    return log.chains[end] !== this.#commits.chains[end];
  }

  #installing(id: NodeId, { mark }: SnapshotWrite): void {
    if (this.#partial.get(id)?.isCutOff === true)
      this.#marks.count("reached: a snapshot was cut off and resumed");
    if (mark.index < mark.readableIndex) {
      this.#partial.set(id, { isCutOff: false });
    } else {
      this.#partial.delete(id);
      this.#marks.count("reached: a snapshot was installed");
    }
  }

  restarted(id: NodeId): void {
    const partial = this.#partial.get(id);
    if (partial !== undefined) partial.isCutOff = true;
  }
}
