import { decodeRecords } from "../../src/log/records.ts";
import { type LogId, toSeq } from "../../src/log/types.ts";
import type { Subscriber, TailEnd, TailPosition } from "../../src/node/subscriber.ts";
import { toIndex } from "../../src/raft/types.ts";
import type { Page } from "../../src/transport/protocol.ts";

interface Got {
  readonly seq: number;
  /** The record's first byte. */
  readonly byte: number | undefined;
}

/** A subscriber of a log in a test, which keeps what it got. */
export class Listener implements Subscriber {
  position: TailPosition;
  readonly got: Got[][] = [];
  ended: TailEnd | null = null;

  constructor(log: LogId, parts: Partial<TailPosition> = {}) {
    const fresh = { name: "a", next: toSeq(0), credit: 1_000_000, minIndex: toIndex(0), stalledAt: null };
    this.position = { ...fresh, log, ...parts };
  }

  /** Sequence numbers, a list a page. */
  get pages(): readonly (readonly number[])[] {
    return this.got.map((page) => page.map(({ seq }) => seq));
  }

  get seqs(): readonly number[] {
    return this.pages.flat();
  }

  move(position: TailPosition): void {
    this.position = position;
  }

  send(page: Page): number {
    this.got.push(recordsIn(page));
    return page.batches.reduce((sum, { records }) => sum + records.length, 0);
  }

  end(why: TailEnd): void {
    this.ended = why;
  }
}

/** The records of a page; a fork has only the beginning of some batches. */
export function recordsIn({ batches, from, next }: Page): Got[] {
  const all = batches.flatMap(({ start, count, records }) =>
    decodeRecords(records)
      .slice(0, count)
      .map(({ value }, at) => ({ seq: start + at, byte: value[0] })),
  );
  return all.filter(({ seq }) => seq >= from && seq < next);
}

/** 0 to `count` - 1. */
export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, seq) => seq);
