import type { NodeId, QuiesceMark } from "../../../src/raft/types.ts";
import type { HandOver, Status } from "../../../src/transport/status.ts";
import type { Disk } from "../world/disk.ts";
import type { World } from "../world/world.ts";
import { require } from "./finding.ts";

/** What a sleeping node does not change. */
interface Stillness {
  readonly mark: QuiesceMark | null;
  readonly deeds: number;
  readonly unit: number;
}

/** Judges each step of a machine's node, and reports the rarer events. */
export class Watch {
  /** Called when the node has just become the leader. */
  onElected: () => void = () => {};
  /** Called when the node leads, and has just fallen asleep as the last of all. */
  onAllAsleep: () => void = () => {};
  /** Counts the messages that it sends and the alarms that it sets of its own accord. */
  deeds = 0;
  readonly #id: NodeId;
  readonly #disk: Disk;
  readonly #world: World;
  #handedOver: HandOver | null = null;

  constructor(id: NodeId, disk: Disk, world: World) {
    this.#id = id;
    this.#disk = disk;
    this.#world = world;
  }

  stillness(): Stillness {
    return { mark: this.#disk.written.quiesceMark, deeds: this.deeds, unit: this.#disk.unit };
  }

  /** A node that sleeps through a step does nothing in it. */
  requireStill(before: Stillness): void {
    const { mark, deeds, unit } = this.stillness();
    if (mark === null || mark !== before.mark) return;
    require(deeds === before.deeds && unit === before.unit, "stillness", () =>
      `node ${this.#id} sends, writes or sets its alarm in its sleep`);
  }

  /** The node's status after a step; null: it is no member yet. */
  stepped(status: Status | null): void {
    if (status === null) return;
    const { trace, oracle, scheduler } = this.#world;
    const { currentTerm, commitIndex, lastIndex, role } = status;
    trace.mix(this.#id + currentTerm * 8);
    trace.mix(commitIndex * 65_536 + lastIndex);
    trace.say(
      scheduler.now,
      () => `n${this.#id} ${role} term ${currentTerm} commit ${commitIndex} last ${lastIndex}`,
    );
    if (status.handedOver !== this.#handedOver) this.#sawHandOver(status.handedOver);
    const news = oracle.stepped(this.#id, status);
    if (news === "elected") this.onElected();
    if (news === "all asleep") this.onAllAsleep();
  }

  #sawHandOver(handedOver: HandOver | null): void {
    this.#handedOver = handedOver;
    if (handedOver !== null) this.#world.marks.count("reached: the leader followed the writers");
  }
}
