/** The tags that `If-None-Match` names (RFC 9110 §13.1.2), without the mark of the weak ones: it compares weakly. */
export function entityTags(header: string): readonly string[] {
  return header.split(",").map(bareTag);
}

/** A tag without the mark of a weak one. */
export function bareTag(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}
