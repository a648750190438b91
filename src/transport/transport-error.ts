/** The node could not be reached, or its answer did not arrive: what was asked may have happened. */
export class TransportError extends Error {
  /** Whether a new stub may fare better (`.retryable` and not `.overloaded` on the platform's errors). */
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "TransportError";
    this.retryable = retryable;
  }
}

/** Sorts what a stub's `fetch` throws. */
export function toTransportError(error: unknown, node: string): TransportError {
  if (error instanceof TransportError) return error;
  const { retryable = false, overloaded = false } = (error ?? {}) as {
    retryable?: boolean;
    overloaded?: boolean;
  };
  return new TransportError(`node ${node} did not answer`, retryable && !overloaded, { cause: error });
}
