import type { Refusal } from "./outcome.ts";
import type { ProducerTuple } from "./types.ts";
import type { Life, LogView, ProducerBatch } from "./view.ts";

/** Whether a producer's batch is the next one, already in the log, or out of order. */
export type ProducerVerdict =
  | { readonly kind: "next" }
  /** `lastSeq` is the producer's newest batch of this epoch. */
  | { readonly kind: "duplicate"; readonly batch: ProducerBatch; readonly lastSeq: number }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Within an epoch a producer's batches count from 0 without a gap. A new epoch ends all earlier ones. A gap in a closed
 * log is refused as closed, because the missing batches can't come any more (Durable Streams §5.2.1).
 */
export function checkProducer(tuple: ProducerTuple, { id, state }: Life, view: LogView): ProducerVerdict {
  const last = view.lastBatch(id, tuple.id);
  if (last !== null && tuple.epoch < last.epoch)
    return refused({ reason: "stale-producer-epoch", epoch: last.epoch });
  const isNewEpoch = last !== null && tuple.epoch > last.epoch;
  const expectedSeq = last !== null && tuple.epoch === last.epoch ? last.seq + 1 : 0;
  if (tuple.seq === expectedSeq) return { kind: "next" };
  if (tuple.seq > expectedSeq && state.closed)
    return refused({ reason: "log-closed", tail: view.tail(id).seq });
  if (tuple.seq > expectedSeq)
    return refused({ reason: "producer-sequence-gap", expectedSeq, receivedSeq: tuple.seq, isNewEpoch });
  const lastSeq = expectedSeq - 1;
  const batch = view.batch(id, tuple.id, tuple.epoch, tuple.seq);
  if (batch !== null) return { kind: "duplicate", batch, lastSeq };
  // Batches of an epoch are dense, so this one was there, and was removed with trimmed records.
  const { earliest, closed } = state;
  const tail = view.tail(id).seq;
  return refused({ reason: "batch-trimmed", earliest, tail, producerSeq: lastSeq, closed });
}

const refused = (refusal: Refusal): ProducerVerdict => ({ kind: "refused", refusal });
