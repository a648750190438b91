import { consumerIn, consumerKey, encodeConsumer } from "./consumer.ts";
import { answer, type Decision, propose, refuse, sizeRefusal } from "./decision.ts";
import type { Consumer, Lease, Refusal } from "./outcome.ts";
import { entryBase, type Subject } from "./subject.ts";
import type { ConsumerCommand, DocumentCommand, DocumentEntry } from "./types.ts";
import { toSeq } from "./types.ts";

export function decideDocument(command: DocumentCommand, subject: Subject): Decision {
  const { key, value, expectedVersion } = command;
  const tooLarge = sizeRefusal(value?.length ?? 0);
  if (tooLarge !== null) return refuse(tooLarge);
  const document = subject.view.document(subject.life.id, key);
  const version = document?.version ?? 0;
  if (expectedVersion !== null && expectedVersion !== version)
    return refuse({ reason: "version-mismatch", version });
  if (value === null && document === null) return answer({ kind: "documented", version: 0 });
  return propose(documentEntry(subject, key, value), (index) => ({
    kind: "documented",
    version: value === null ? 0 : index,
  }));
}

function documentEntry(subject: Subject, key: string, value: Uint8Array | null): DocumentEntry {
  return { kind: "document", ...entryBase(subject), key, value };
}

export function decideConsumer(command: ConsumerCommand, subject: Subject): Decision {
  const key = consumerKey(command.consumer);
  const document = subject.view.document(subject.life.id, key);
  const consumer = document === null ? null : consumerIn(document);
  if (changesNothing(command, consumer)) return answer({ kind: "consumer", consumer });
  const refusal = consumerRefusal(command, consumer, subject);
  if (refusal !== null) return refuse(refusal);
  const { earliest } = subject.life.state;
  const position = toSeq(command.position ?? consumer?.position ?? earliest);
  const next = { position, lease: nextLease(command, consumer, subject.now) };
  return propose(documentEntry(subject, key, encodeConsumer(next)), (index) => ({
    kind: "consumer",
    consumer: { ...next, version: index },
  }));
}

/** Whether the command asks for nothing, or releases a lease of a consumer that does not exist. */
function changesNothing({ position, leaseMs }: ConsumerCommand, consumer: Consumer | null): boolean {
  return position === null && (leaseMs === null || (leaseMs === 0 && consumer === null));
}

function consumerRefusal(
  { position, expectedVersion, holder, leaseMs }: ConsumerCommand,
  consumer: Consumer | null,
  { tail, now }: Subject,
): Refusal | null {
  const lease = leaseAt(consumer, now);
  const version = consumer?.version ?? 0;
  if (lease !== null && lease.holder !== holder) return { reason: "lease-held", lease };
  // Another client may have had the lease since, and moved the position. So a move as the holder, without taking the
  // lease again, needs the lease to be in force.
  const movesUnder = holder !== null && position !== null && (leaseMs ?? 0) === 0;
  if (lease === null && movesUnder) return { reason: "lease-held", lease };
  if (expectedVersion !== null && expectedVersion !== version) return { reason: "version-mismatch", version };
  return position !== null && position > tail.seq ? { reason: "beyond-tail", tail: tail.seq } : null;
}

/** The lease in force at `now`. */
function leaseAt(consumer: Consumer | null, now: number): Lease | null {
  const lease = consumer?.lease ?? null;
  return lease !== null && now < lease.until ? lease : null;
}

function nextLease(
  { holder, leaseMs }: ConsumerCommand,
  consumer: Consumer | null,
  now: number,
): Lease | null {
  if (leaseMs === null) return leaseAt(consumer, now);
  return leaseMs === 0 || holder === null ? null : { holder, until: now + leaseMs };
}
