import { setTimeout } from "node:timers/promises";
import type { Random } from "../../simulation/world/random.ts";
import type { Said } from "../../sockets/conversation.ts";
import type { Append } from "../history.ts";
import type { WriterPlan } from "../world/plan.ts";
import type { Scene } from "../world/scene.ts";
import { BEYOND, drawBatches } from "./batches.ts";
import { recordOf } from "./record-of.ts";
import { attemptOf } from "./refusals.ts";
import { Wire } from "./wire.ts";

const retryMs = 20;

/** A batch with its number. */
interface Numbered {
  readonly append: Append;
  /** The producer's sequence number; null without a producer. */
  readonly seq: number | null;
}

/**
 * Appends over sessions, many batches at a time. A producer sends batches without an answer again on the next
 * connection. Now and then it begins a new epoch instead, like a process that lost its memory. Other writers never send
 * anything twice.
 */
export class SessionWriter {
  readonly #scene: Scene;
  readonly #plan: WriterPlan;
  readonly #random: Random;
  readonly #batches: Iterator<Append>;
  /** To be sent again, in order. */
  #again: Numbered[] = [];
  #isDrawn = false;
  #epoch = 0;
  #nextSeq = 0;

  constructor(scene: Scene, plan: WriterPlan) {
    this.#scene = scene;
    this.#plan = plan;
    this.#random = scene.randomOf(plan.name);
    this.#batches = drawBatches(scene, plan, this.#random);
  }

  async run(): Promise<void> {
    const line = await this.#scene.lineOf(this.#plan.name);
    while (!(this.#isDrawn && this.#again.length === 0) && !this.#scene.over.aborted) {
      await this.#connect(line.url);
      await setTimeout(retryMs);
    }
  }

  /** Works until all is answered, something fails, or it is time to leave. */
  async #connect(url: string): Promise<void> {
    const wire = new Wire(url, "/v1/sessions").closeOn(this.#scene.over);
    const underWay: Numbered[] = [];
    await this.#talk(wire, underWay);
    wire.close();
    const [first] = underWay;
    this.#scene.say(
      () => `${this.#plan.name}: disconnected, ${underWay.length} under way from ${first?.seq} on`,
    );
    for (const { append } of underWay) append.attempts.push({ kind: "unknown", why: "no answer" });
    this.#keep([...underWay, ...this.#again]);
  }

  async #talk(wire: Wire, underWay: Numbered[]): Promise<void> {
    const { leavesAfterMax } = this.#plan;
    let left = leavesAfterMax === null ? Number.POSITIVE_INFINITY : this.#random.between(1, leavesAfterMax);
    for await (const said of wire.messages()) {
      if (said.kind === "appended" || said.kind === "error") {
        left -= 1;
        if (!this.#answered(said, underWay) || left === 0) return;
      } else if (said.kind !== "welcome") continue;
      await this.#fill(wire, underWay);
      if (underWay.length === 0) return;
    }
  }

  async #fill(wire: Wire, underWay: Numbered[]): Promise<void> {
    while (underWay.length < this.#plan.window) {
      const next = this.#again.shift() ?? this.#draw();
      if (next === null) return;
      await this.#scene.pause(this.#random.between(0, this.#plan.thinkMsMax));
      underWay.push(next);
      wire.say(this.#messageOf(next));
    }
  }

  #draw(): Numbered | null {
    const { value: append, done } = this.#batches.next();
    this.#isDrawn ||= done === true;
    return done === true ? null : { append, seq: append.isNumbered ? this.#nextSeq++ : null };
  }

  #messageOf({ append, seq }: Numbered) {
    const { name, log } = this.#plan;
    const records = append.records.map((text) => recordOf(log.kind, text));
    const producer = seq === null ? {} : { producer: { id: name, epoch: this.#epoch, seq } };
    const condition = append.isDoomed ? { expected_seq: BEYOND } : {};
    return { kind: "append", id: seq ?? 0, log: log.name, records, ...producer, ...condition };
  }

  /** Answers come in the order of requests. False: a producer must start again with the first open batch. */
  #answered(said: Said, underWay: Numbered[]): boolean {
    const sent = underWay.shift();
    if (sent === undefined) throw new Error("an answer to nothing");
    const attempt =
      said.kind === "appended"
        ? ({ kind: "acknowledged", start: said.start } as const)
        : attemptOf(said.problem);
    sent.append.attempts.push(attempt);
    const isRepeated = attempt.kind !== "acknowledged" && sent.seq !== null;
    if (isRepeated) this.#again.unshift(sent);
    else this.#scene.settled += 1;
    return !isRepeated;
  }

  /** Gives up batches that must not be sent twice: all without a number, and in a new epoch those of the last one. */
  #keep(open: readonly Numbered[]): void {
    const isNew = this.#random.chance(this.#plan.newEpoch);
    const isKept = ({ append, seq }: Numbered) => seq !== null && !(isNew && append.attempts.length > 0);
    this.#again = open.filter(isKept).toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
    this.#scene.settled += open.length - this.#again.length;
    if (!isNew) return;
    this.#epoch += 1;
    this.#nextSeq = 0;
    this.#again = this.#again.map((one) => ({ ...one, seq: this.#nextSeq++ }));
  }
}
