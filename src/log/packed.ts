import { Decoder, Encoder } from "@msgpack/msgpack";
import { CodecError } from "./codec-error.ts";

/** Raised when packed data changes its meaning. A reader refuses data of a newer version. */
const formatVersion = 2;

const encoder = new Encoder();
const decoder = new Decoder();

/** MessagePack of the format's version and `fields`, in a buffer of its own. */
export function pack(fields: readonly unknown[]): Uint8Array {
  return encoder.encode([formatVersion, ...fields]);
}

/** The fields that `pack` packed. Byte strings are views on `bytes`. Throws `CodecError`. */
export function unpack(bytes: Uint8Array): readonly unknown[] {
  const decoded = decode(bytes);
  if (!Array.isArray(decoded)) throw new CodecError("not a packed array");
  const [version, ...fields]: readonly unknown[] = decoded;
  if (toNatural(version) > formatVersion)
    throw new CodecError(`format version ${String(version)} is not known`);
  return fields;
}

function decode(bytes: Uint8Array): unknown {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CodecError("not MessagePack", { cause });
  }
}

/** `field` as a safe integer, 0 or more. Throws `CodecError`. */
export function toNatural(field: unknown): number {
  if (typeof field === "number" && Number.isSafeInteger(field) && field >= 0) return field;
  throw new CodecError("a natural number is missing");
}

/** `field` as text. Throws `CodecError`. */
export function toText(field: unknown): string {
  if (typeof field === "string") return field;
  throw new CodecError("a text is missing");
}

/** `field` as bytes. Throws `CodecError`. */
export function toBytes(field: unknown): Uint8Array {
  if (field instanceof Uint8Array) return field;
  throw new CodecError("a byte string is missing");
}

/** `field` as a list of fields. Throws `CodecError`. */
export function toList(field: unknown): readonly unknown[] {
  if (Array.isArray(field)) return field;
  throw new CodecError("a list is missing");
}

/** `field` as a truth value. Throws `CodecError`. */
export function toBoolean(field: unknown): boolean {
  if (typeof field === "boolean") return field;
  throw new CodecError("a truth value is missing");
}

/** Null if there is no such field, for example at the end of a shorter list; else the result of `convert`. */
export function toNullable<T>(field: unknown, convert: (field: unknown) => T): T | null {
  return field === null || field === undefined ? null : convert(field);
}
