import type { Persist } from "../raft/ready.ts";
import type { Entry, Index, LogReader, Term } from "../raft/types.ts";
import { bytesRoom, takeWithin } from "../storage/prefix.ts";

/** Bytes of entries kept in memory. A peer that is further behind is served from storage. */
const bytesMax = 1_048_576;

/**
 * The end of the log in memory, because the entries that were just written are sent to each peer next. Bounded in
 * bytes, however long the log is. Older entries are read from storage.
 */
export class RecentEntries implements LogReader {
  readonly #storage: LogReader;
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(storage: LogReader) {
    this.#storage = storage;
  }

  /** Called with each write to storage. */
  written({ truncateFrom, snapshot, append }: Persist): void {
    if (truncateFrom !== null) this.#keep(this.#entries.filter(({ index }) => index < truncateFrom));
    // The kept entries have no gaps.
    if (snapshot !== null) this.#keep(this.#entries.filter(({ index }) => index > snapshot.mark.index));
    for (const entry of append) {
      this.#entries.push(entry);
      this.#bytes += entry.data.byteLength;
    }
    if (this.#bytes > bytesMax) this.#keep(newestWithin(this.#entries, bytesMax / 2));
  }

  term(index: Index): Term | null {
    return this.#at(index)?.term ?? this.#storage.term(index);
  }

  entries(from: Index, to: Index, limit: number): readonly Entry[] {
    const first = this.#entries[0];
    if (first === undefined || from < first.index) return this.#storage.entries(from, to, limit);
    const range = this.#entries.slice(from - first.index, to - first.index + 1);
    return takeWithin(range, bytesRoom(limit), ({ data }) => ({ records: 0, bytes: data.byteLength }));
  }

  rows(from: Index, to: Index, limit: number, countMax: number): readonly Entry[] {
    return this.#storage.rows(from, to, limit, countMax);
  }

  configuration(upTo: Index): Entry | null {
    return this.#storage.configuration(upTo);
  }

  #at(index: Index): Entry | undefined {
    const first = this.#entries[0];
    return first === undefined || index < first.index ? undefined : this.#entries[index - first.index];
  }

  #keep(entries: Entry[]): void {
    this.#entries = entries;
    this.#bytes = entries.reduce((sum, { data }) => sum + data.byteLength, 0);
  }
}

/** As many of the last entries as fit into `limit` bytes. */
function newestWithin(entries: readonly Entry[], limit: number): Entry[] {
  let bytes = 0;
  const cut = entries.findLastIndex(({ data }) => {
    bytes += data.byteLength;
    return bytes > limit;
  });
  return entries.slice(cut + 1);
}
