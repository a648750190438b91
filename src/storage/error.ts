import type { Index } from "../raft/types.ts";

/**
 * `damaged-entry`: a row is not what was written. `impossible-state`: the rows contradict each other.
 * `newer-schema`: a later version wrote them. `misuse`: the caller asked for what can't be; nothing
 * was written.
 */
export type StorageFault = "damaged-entry" | "impossible-state" | "newer-schema" | "misuse";

/** What a storage holds, or is asked for, can't be right. The node must not go on. */
export class StorageError extends Error {
  readonly fault: StorageFault;
  /** The entry that is at fault, where it is one. */
  readonly index: Index | null;

  constructor(fault: StorageFault, message: string, index: Index | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = "StorageError";
    this.fault = fault;
    this.index = index;
  }
}
