import { createEntry } from "../../../src/raft/entry.ts";
import { type Entry, type Term, toIndex } from "../../../src/raft/types.ts";

/** The bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The command that a leader of `term` wrote at `index`: always the same. */
const entryAt = (index: number, term: Term): Entry =>
  createEntry(toIndex(index), term, "command", bytesOf(`${term}.${index}`));

/** A log as the paper draws it: the term of each entry from index 1 on, or from `first`. */
export const entriesOf = (terms: readonly Term[], first = 1): readonly Entry[] =>
  terms.map((term, i) => entryAt(first + i, term));

/** `count` times the same term. */
export const times = (count: number, term: Term): Term[] => Array.from({ length: count }, () => term);
