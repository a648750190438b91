import crc32c from "crc-32/crc32c.js";
import type { InstallSnapshot } from "./messages.ts";
import type { Entry, EntryKind, Index, Term } from "./types.ts";

/** The position in this list is part of the checksum: add only at the end. */
const entryKinds: readonly EntryKind[] = ["noop", "command", "configuration"];
const headerBytes = 17;

/** CRC-32C (RFC 3720 appendix B.4) over index, term, kind and data of an entry. */
function checksumOf(entry: Omit<Entry, "checksum">): number {
  const header = new DataView(new ArrayBuffer(headerBytes));
  header.setFloat64(0, entry.index);
  header.setFloat64(8, entry.term);
  header.setUint8(16, entryKinds.indexOf(entry.kind));
  return crc32c.buf(entry.data, crc32c.buf(new Uint8Array(header.buffer))) >>> 0;
}

/** A new entry, checksum included. */
export function createEntry(index: Index, term: Term, kind: EntryKind, data: Uint8Array): Entry {
  const fields = { index, term, kind, data };
  return { ...fields, checksum: checksumOf(fields) };
}

/** Whether an entry is as its author wrote it. Checked on receipt and on read. */
export function isIntact(entry: Entry): boolean {
  return checksumOf(entry) === entry.checksum;
}

/** CRC-32C over a segment's bounds and over its entries' indexes and checksums. */
export function segmentChecksum(segment: Omit<InstallSnapshot, "checksum">): number {
  const { prevIndex, lastIndex, lastTerm, snapshotIndex, entries } = segment;
  const covered = entries.flatMap(({ index, checksum }) => [index, checksum]);
  const words = new Float64Array([prevIndex, lastIndex, lastTerm, snapshotIndex, ...covered]);
  return crc32c.buf(new Uint8Array(words.buffer)) >>> 0;
}
