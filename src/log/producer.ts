import { invariant } from "../raft/invariant.ts";
import type { LogId, ProducerTuple, Refusal } from "./types.ts";
import type { LogView, ProducerBatch } from "./view.ts";

/** Whether a producer's batch is the next one, one that is in the log already, or out of order. */
export type ProducerVerdict =
  | { readonly kind: "next" }
  | { readonly kind: "duplicate"; readonly batch: ProducerBatch }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Within an epoch a producer's batches count from 0 without a gap; an epoch ends all earlier ones. */
export function checkProducer(tuple: ProducerTuple, log: LogId, view: LogView): ProducerVerdict {
  const last = view.lastBatch(log, tuple.id);
  if (last !== null && tuple.epoch < last.epoch) {
    return { kind: "refused", refusal: { reason: "stale-producer-epoch", epoch: last.epoch } };
  }
  const expectedSeq = last !== null && tuple.epoch === last.epoch ? last.seq + 1 : 0;
  if (tuple.seq < expectedSeq) return { kind: "duplicate", batch: original(tuple, log, view) };
  if (tuple.seq === expectedSeq) return { kind: "next" };
  return {
    kind: "refused",
    refusal: { reason: "producer-sequence-gap", expectedSeq, receivedSeq: tuple.seq },
  };
}

/** It is there: batches of an epoch are dense, and none is ever taken out of the log. */
function original({ id, epoch, seq }: ProducerTuple, log: LogId, view: LogView): ProducerBatch {
  const batch = view.batch(log, id, epoch, seq);
  invariant(batch !== null, `batch ${epoch}/${seq} of producer ${id} is missing in log ${log}`);
  return batch;
}
