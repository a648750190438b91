import type { Index } from "../raft/types.ts";

/**
 * `damaged-entry`: a row is not as it was written. `impossible-state`: the rows contradict each other. `newer-schema`:
 * a later version wrote them. `misuse`: the caller asked for something impossible, and nothing was written.
 */
export type StorageFault = "damaged-entry" | "impossible-state" | "newer-schema" | "misuse";

/** The contents of a storage, or a request to it, can't be right. The node must stop. */
export class StorageError extends Error {
  readonly fault: StorageFault;
  /** The damaged entry, if it is one. */
  readonly index: Index | null;

  constructor(fault: StorageFault, message: string, index: Index | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = "StorageError";
    this.fault = fault;
    this.index = index;
  }
}
