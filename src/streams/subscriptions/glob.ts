/**
 * Whether a stream's path matches a pattern (Durable Streams §6.2): `*` is one segment, `**` zero or more, any other
 * segment itself. Follows all positions in the pattern at once, so that no pattern takes long.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  let places = withSkips(wanted, [0]);
  for (const segment of path.split("/")) {
    places = withSkips(
      wanted,
      places.flatMap((place) => placesAfter(wanted, place, segment)),
    );
  }
  return places.includes(wanted.length);
}

/** The prefix of all matching paths. */
export function literalPrefix(pattern: string): string {
  const segments = pattern.split("/");
  const wild = segments.findIndex(isWild);
  if (wild === -1) return pattern;
  const literal = segments.slice(0, wild).join("/");
  return segments[wild] === "*" && wild > 0 ? `${literal}/` : literal;
}

/** Whether a segment of a pattern is a wildcard. */
export function isWild(segment: string): boolean {
  return segment === "*" || segment === "**";
}

/** A `**` may match no segment, so the position after it is reached too. */
function withSkips(wanted: readonly string[], places: readonly number[]): readonly number[] {
  const reached = new Set<number>();
  for (let place of places) {
    reached.add(place);
    while (wanted[place] === "**") reached.add(++place);
  }
  return [...reached];
}

function placesAfter(wanted: readonly string[], place: number, segment: string): readonly number[] {
  const at = wanted[place];
  if (at === "**") return [place];
  return at === "*" || at === segment ? [place + 1] : [];
}
