import { toList, toNatural, toText } from "./packed.ts";
import type { ProducerTuple } from "./types.ts";

/** The fields of a producer's tuple. */
export function fromProducer({ id, epoch, seq }: ProducerTuple): readonly unknown[] {
  return [id, epoch, seq];
}

/** Decodes what `fromProducer` gave. Throws `CodecError`. */
export function toProducer(value: unknown): ProducerTuple {
  const [id, epoch, seq] = toList(value);
  return { id: toText(id), epoch: toNatural(epoch), seq: toNatural(seq) };
}
