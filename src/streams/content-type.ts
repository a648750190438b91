import { parseMediaType } from "../http/media-type.ts";
import { invalidRequest } from "../http/validation.ts";
import { JSON_TYPE } from "../log/decide-append.ts";

export const DEFAULT_TYPE = "application/octet-stream";

/** How a stream's records are put together and shown (§5.8, §9). */
export type ContentKind = "json" | "text" | "binary";

/** The kind of a stream of this type; null: its records have none in common. */
export function kindOf(contentType: string | null): ContentKind {
  if (contentType === JSON_TYPE) return "json";
  return contentType?.startsWith("text/") ? "text" : "binary";
}

// RFC 9110 §8.3.1: two tokens.
const pattern = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/;
const lengthMax = 255;

/**
 * The media type that a request names, without parameters, in lower case; null where it names none. Throws the
 * problem `invalid-request`.
 */
export function contentTypeOf(headers: Headers): string | null {
  const header = headers.get("Content-Type");
  if (header === null) return null;
  const { essence } = parseMediaType(header);
  if (essence.length <= lengthMax && pattern.test(essence)) return essence;
  throw invalidRequest("header", [{ path: ["Content-Type"], message: "must be a media type" }]);
}
