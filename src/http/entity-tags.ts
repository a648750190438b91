/** The tags in `If-None-Match` (RFC 9110 §13.1.2), without the mark of weak ones, because the comparison is weak. */
export function entityTags(header: string): readonly string[] {
  return header.split(",").map(bareTag);
}

/** A tag without the mark of weak ones. */
export function bareTag(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}
