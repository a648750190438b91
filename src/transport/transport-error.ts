interface TransportErrorOptions extends ErrorOptions {
  readonly overloaded?: boolean;
}

/** The node could not be reached, or its answer did not arrive. The request may have been carried out. */
export class TransportError extends Error {
  /** The object is overloaded: it did not accept the request, and must not be asked again at once. */
  readonly overloaded: boolean;

  constructor(message: string, { overloaded = false, ...options }: TransportErrorOptions = {}) {
    super(message, options);
    this.name = "TransportError";
    this.overloaded = overloaded;
  }
}

/** Classifies errors of a stub's `fetch`, and answers that can't be decoded. */
export function toTransportError(error: unknown, node: string): TransportError {
  if (error instanceof TransportError) return error;
  const { overloaded = false } = (error ?? {}) as { overloaded?: boolean };
  return new TransportError(`node ${node} did not answer`, { overloaded, cause: error });
}
