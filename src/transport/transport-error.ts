interface TransportErrorOptions extends ErrorOptions {
  readonly overloaded?: boolean;
}

/** The node could not be reached, or its answer did not arrive: what was asked may have happened. */
export class TransportError extends Error {
  /** The object has too much to do: it took nothing, and is not to be asked again at once. */
  readonly overloaded: boolean;

  constructor(message: string, { overloaded = false, ...options }: TransportErrorOptions = {}) {
    super(message, options);
    this.name = "TransportError";
    this.overloaded = overloaded;
  }
}

/** Sorts what a stub's `fetch` throws, and answers that can't be understood. */
export function toTransportError(error: unknown, node: string): TransportError {
  if (error instanceof TransportError) return error;
  const { overloaded = false } = (error ?? {}) as { overloaded?: boolean };
  return new TransportError(`node ${node} did not answer`, { overloaded, cause: error });
}
