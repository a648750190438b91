import { consumerKey, decodeConsumer } from "../../../src/log/consumer.ts";
import type { Consumer, Lease } from "../../../src/log/outcome.ts";
import { require } from "./finding.ts";
import type { ReplayedLife } from "./replayed-life.ts";

/** A write of a consumer that was acknowledged. */
export interface ConsumerWrite {
  readonly consumer: string;
  readonly holder: string | null;
  /** Only the holder of a lease may write so. */
  readonly isMoveUnderLease: boolean;
  readonly written: Consumer;
}

/** What a node showed of a consumer as of an index; null: there was none. */
export interface ConsumerSighting {
  readonly consumer: string;
  readonly index: number;
  readonly seen: Consumer | null;
}

/**
 * An entry of a consumer follows from the one before. While there is a lease by the clock of the leader that made it,
 * it goes to no other holder. Nothing moves a position back, because no client here asks for that.
 */
export function requireNext(life: ReplayedLife, key: string, index: number): void {
  const before = consumerAt(life, key, index - 1);
  const after = consumerAt(life, key, index);
  const lease = leaseBefore(life, key, index);
  const isKept = lease === null || after?.lease === null || after?.lease.holder === lease.holder;
  require(isKept, "leases exclude", () =>
    `entry ${index} gives ${after?.lease?.holder} the lease that ${lease?.holder} has until ${lease?.until}`);
  const isForward = (before?.position ?? 0) <= (after?.position ?? 0);
  require(isForward, "positions go on", () =>
    `entry ${index} moves a consumer back from ${before?.position} to ${after?.position}`);
}

/** A write that was acknowledged is in the log, and its client had the lease if there was one. */
export function judgeWrite(life: ReplayedLife, write: ConsumerWrite): void {
  const { consumer, holder, isMoveUnderLease, written } = write;
  const { version } = written;
  const key = consumerKey(consumer);
  const after = consumerAt(life, key, version);
  require(isSame(after, written), "acknowledged for ever", () =>
    `consumer ${consumer} of entry ${version} is ${JSON.stringify(after)}, not ${JSON.stringify(written)}`);
  const lease = leaseBefore(life, key, version);
  const mayWrite = lease === null ? !isMoveUnderLease : lease.holder === holder;
  require(mayWrite, "leases exclude", () =>
    `${holder} wrote entry ${version}, and the lease was that of ${lease?.holder ?? "no one"}`);
}

export function judgeSighting(life: ReplayedLife, { consumer, index, seen }: ConsumerSighting): void {
  const was = consumerAt(life, consumerKey(consumer), index);
  require(isSame(was, seen), "as of an index", () =>
    `consumer ${consumer} at entry ${index}: ${JSON.stringify(seen)}, not ${JSON.stringify(was)}`);
}

/** Whether a lease was over before its holder gave it back, and another took it. */
export function hasPassedOn(life: ReplayedLife, key: string): boolean {
  const leases = life.documents
    .filter((document) => document.key === key)
    .map(({ index }) => consumerAt(life, key, index)?.lease ?? null);
  return leases.some((lease, i) => {
    const before = leases[i - 1] ?? null;
    return before !== null && lease !== null && lease.holder !== before.holder;
  });
}

/** The lease that was there when the leader decided on the entry at `index`, by its clock. */
function leaseBefore(life: ReplayedLife, key: string, index: number): Lease | null {
  const lease = consumerAt(life, key, index - 1)?.lease ?? null;
  const madeAt = life.document(key, index)?.madeAt ?? Number.NaN;
  return lease !== null && madeAt < lease.until ? lease : null;
}

function consumerAt(life: ReplayedLife, key: string, index: number): Consumer | null {
  const document = life.document(key, index);
  if (document === null || document.value === null) return null;
  return { ...decodeConsumer(document.value), version: document.index };
}

const isSame = (a: Consumer | null, b: Consumer | null): boolean => JSON.stringify(a) === JSON.stringify(b);
