import type { Random } from "../../simulation/world/random.ts";
import type { Append } from "../history.ts";
import type { WriterPlan } from "../world/plan.ts";
import type { Scene } from "../world/scene.ts";

/** The characters of records. None ends a line, because in a stream of text each record is a line. */
const fillings = ["x", "é", "🌲", '"\\', "a b ", "\u2028", "\t"];

/** One of this many records is large. Its size, characters. */
const large = { chance: 0.01, characters: 40_000 };

/** The batches of a writer, in the order in which it sends them. Each is noted in the history when it is drawn. */
export function* drawBatches(scene: Scene, plan: WriterPlan, random: Random): Generator<Append> {
  // A body of a stream of text, or of bytes, is one record.
  const recordsMax = plan.form === "stream" && plan.log.kind !== "json" ? 1 : plan.recordsMax;
  for (let at = 0; at < plan.batches; at += 1) {
    const count = random.between(1, recordsMax);
    const records = Array.from(
      { length: count },
      (_, nth) => `${plan.name}.${at}.${nth} ${drawFilling(random, plan.charactersMax)}\n`,
    );
    const isDoomed = random.chance(plan.doomed);
    // A refused batch would leave a gap.
    const isNumbered = plan.isProducer && !isDoomed;
    const append = { writer: plan.name, log: plan.log.name, records, isNumbered, isDoomed, attempts: [] };
    scene.appends.push(append);
    yield append;
  }
}

function drawFilling(random: Random, charactersMax: number): string {
  const characters = random.chance(large.chance) ? large.characters : random.between(0, charactersMax);
  const filling = random.pick(fillings);
  return filling.repeat(characters / filling.length);
}

/** A position that no log of a run reaches. */
export const BEYOND = 1_000_000_000;
