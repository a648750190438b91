/** Bytes that no encoder of this version wrote: damaged, or of a newer version. */
export class CodecError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CodecError";
  }
}
