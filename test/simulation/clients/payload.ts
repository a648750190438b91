import { decodeRecords, encodeRecords } from "../../../src/log/records.ts";
import type { StoredBatch } from "../../../src/log/types.ts";
import type { Random } from "../world/random.ts";

const numberBytes = 4;
const paddingBytesMax = 24;

/** A batch of records, each of which is a number and some padding. */
export function encodeBatch(records: readonly number[], random: Random): Uint8Array {
  return encodeRecords(
    records.map((record) => {
      const value = new Uint8Array(numberBytes + random.below(paddingBytesMax + 1));
      new DataView(value.buffer).setUint32(0, record);
      return { format: "binary", headers: [], value };
    }),
  );
}

/** The numbers that `encodeBatch` was given. */
export function decodeBatch(batch: Uint8Array): number[] {
  return decodeRecords(batch).map(({ value }) => new DataView(value.buffer, value.byteOffset).getUint32(0));
}

/** The records in [from, next) of batches that may begin before and end after, or be cut. */
export function recordsIn(batches: readonly StoredBatch[], from: number, next: number): number[] {
  return batches.flatMap(({ start, count, records }) =>
    decodeBatch(records)
      .slice(0, count)
      .filter((_, offset) => start + offset >= from && start + offset < next),
  );
}
