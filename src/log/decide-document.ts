import { consumerKey, decodeConsumer, encodeConsumer, type StoredConsumer } from "./consumer.ts";
import { answer, type Decision, propose, refuse, sizeRefusal } from "./decision.ts";
import { entryBase, type Subject } from "./subject.ts";
import type { ConsumerCommand, DocumentCommand, DocumentEntry, Lease, Refusal } from "./types.ts";
import { toSeq } from "./types.ts";
import type { Document } from "./view.ts";

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
  const stored = document === null ? null : decodeConsumer(document.value);
  if (changesNothing(command, stored)) return answer(known(stored, document));
  const refusal = consumerRefusal(command, stored, document, subject);
  if (refusal !== null) return refuse(refusal);
  const { earliest } = subject.life.state;
  const position = toSeq(command.position ?? stored?.position ?? earliest);
  const next = { position, lease: nextLease(command, stored, subject.now) };
  return propose(documentEntry(subject, key, encodeConsumer(next)), (index) => ({
    kind: "consumer",
    consumer: { ...next, version: index },
  }));
}

/** Asks for nothing, or gives back what nobody has. */
function changesNothing({ position, leaseMs }: ConsumerCommand, stored: StoredConsumer | null): boolean {
  return position === null && (leaseMs === null || (leaseMs === 0 && stored === null));
}

function known(stored: StoredConsumer | null, document: Document | null) {
  const consumer = stored === null || document === null ? null : { ...stored, version: document.version };
  return { kind: "consumer", consumer } as const;
}

function consumerRefusal(
  { position, expectedVersion, holder, leaseMs }: ConsumerCommand,
  stored: StoredConsumer | null,
  document: Document | null,
  { tail, now }: Subject,
): Refusal | null {
  const lease = leaseAt(stored, now);
  const version = document?.version ?? 0;
  if (lease !== null && lease.holder !== holder) return { reason: "lease-held", lease };
  // Another may have held it since: who names itself as the holder without asking for a lease must still be it.
  if (lease === null && holder !== null && leaseMs === null) return { reason: "lease-held", lease };
  if (expectedVersion !== null && expectedVersion !== version) return { reason: "version-mismatch", version };
  return position !== null && position > tail.seq ? { reason: "beyond-tail", tail: tail.seq } : null;
}

/** The lease that holds at `now`. */
function leaseAt(stored: StoredConsumer | null, now: number): Lease | null {
  const lease = stored?.lease ?? null;
  return lease !== null && now < lease.until ? lease : null;
}

function nextLease(
  { holder, leaseMs }: ConsumerCommand,
  stored: StoredConsumer | null,
  now: number,
): Lease | null {
  if (leaseMs === null) return leaseAt(stored, now);
  return leaseMs === 0 || holder === null ? null : { holder, until: now + leaseMs };
}
