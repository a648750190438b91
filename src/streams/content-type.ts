import { isMediaType, parseMediaType } from "../http/media-type.ts";
import { invalidRequest } from "../http/validation.ts";
import { JSON_TYPE } from "../log/decide-append.ts";

export const DEFAULT_TYPE = "application/octet-stream";

/** How a stream's records are joined and shown (§5.8, §9). */
export type ContentKind = "json" | "text" | "binary";

/** The kind of a stream of this type; null: its records have no common type. */
export function kindOf(contentType: string | null): ContentKind {
  if (contentType === JSON_TYPE) return "json";
  return contentType?.startsWith("text/") ? "text" : "binary";
}

/**
 * The media type in a request, without parameters, in lower case; null if there is none. Throws the problem
 * `invalid-request`.
 */
export function contentTypeOf(headers: Headers): string | null {
  const header = headers.get("Content-Type");
  if (header === null) return null;
  const { essence } = parseMediaType(header);
  if (isMediaType(essence)) return essence;
  throw invalidRequest("header", [{ path: ["Content-Type"], message: "must be a media type" }]);
}
