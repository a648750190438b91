import { LINKS_MAX } from "./configuration.ts";
import { matchesGlob } from "./glob.ts";
import type { Link, Subscription, SubscriptionConfiguration } from "./state.ts";
import { isStreamPath } from "./stream-path.ts";

/** The bounds of a stream, as sequence numbers. Its records are those from `earliest` to before `tail`. */
export interface StreamEnds {
  /** The life of the stream. */
  readonly log: number;
  /** Where this life began. */
  readonly start: number;
  readonly earliest: number;
  readonly tail: number;
}

/** By path. Streams that do not exist are left out. */
export type EndsByPath = ReadonlyMap<string, StreamEnds>;

/** The state of a subscription's streams at one moment. */
export interface Look {
  /** The ends of its links and of `found`. */
  readonly ends: EndsByPath;
  /** Unlinked streams that its pattern matches, as far as they were looked up. */
  readonly found: readonly string[];
  /** Whether all streams that the pattern matches were looked up. */
  readonly isWhole: boolean;
}

/** A link as workers see it, with positions as numbers. */
export interface LinkInfo {
  readonly path: string;
  readonly linkType: "glob" | "explicit";
  readonly acked: number;
  readonly tail: number;
  readonly hasPending: boolean;
}

/** Whether the pattern matches a stream. Never its own wake stream, because it would wake itself. */
export function isMatched({ pattern, wakeStream }: SubscriptionConfiguration, path: string): boolean {
  return pattern !== null && path !== wakeStream && isStreamPath(path) && matchesGlob(pattern, path);
}

/** The first links: the requested streams and those that the pattern matches, all at their tails (§6.2). */
export function firstLinks(
  configuration: SubscriptionConfiguration,
  { ends, found }: Omit<Look, "isWhole">,
): readonly Link[] {
  const explicit = new Set(configuration.streams);
  const paths = [...new Set([...explicit, ...found])];
  return sorted(paths.map((path) => linkAtTail(path, explicit.has(path), ends.get(path))));
}

/** Links streams by name, at their tails if they are not linked yet (§6.4). */
export function linked(subscription: Subscription, paths: readonly string[], ends: EndsByPath): Subscription {
  const added = new Set(paths);
  const there = subscription.links.map((link) =>
    added.has(link.path) && !link.isExplicit ? { ...link, isExplicit: true } : link,
  );
  for (const { path } of there) added.delete(path);
  const links = [...added].map((path) => linkAtTail(path, true, ends.get(path)));
  const isSame = links.length === 0 && there.every((link, at) => link === subscription.links[at]);
  return isSame ? subscription : { ...subscription, links: sorted([...there, ...links]) };
}

/** Removes a link by name. A stream that the pattern matches stays linked (§6.4). */
export function unlinked(subscription: Subscription, path: string): Subscription {
  const link = subscription.links.find((candidate) => candidate.path === path);
  if (link === undefined || !link.isExplicit) return subscription;
  const others = subscription.links.filter((candidate) => candidate !== link);
  const stays = isMatched(subscription.configuration, path) ? [{ ...link, isExplicit: false }] : [];
  return { ...subscription, links: sorted([...others, ...stays]) };
}

/**
 * Links the streams that were found to have records, from their beginning, because they are news. Deleted streams lose
 * links that were not made by name. Streams without room are left out, and that is noted.
 */
export function relinked(subscription: Subscription, look: Look): Subscription {
  const { ends, found, isWhole } = look;
  const there = kept(subscription, ends).map((link) => inPresentLife(link, ends.get(link.path)));
  const fresh = found.flatMap((path) => {
    const stream = ends.get(path);
    return stream === undefined
      ? []
      : [linkAt(path, false, stream, stream.start)].filter((link) => isPending(link, stream));
  });
  const room = LINKS_MAX - there.length;
  const links = fresh.length === 0 ? there : sorted([...there, ...fresh.slice(0, room)]);
  return { ...subscription, links, lacksRoom: fresh.length > room || (subscription.lacksRoom && !isWhole) };
}

/** Whether there is room now for streams that had none. */
export function hasRoomAgain(subscription: Subscription, { ends }: Look): boolean {
  return subscription.lacksRoom && kept(subscription, ends).length < LINKS_MAX;
}

/** The links of streams that exist, or that were linked by name. */
function kept({ links }: Subscription, ends: EndsByPath): readonly Link[] {
  return links.filter(({ path, isExplicit }) => isExplicit || ends.has(path));
}

/** The links with their present tails, which a wake reports. */
export function told(links: readonly Link[], ends: EndsByPath): readonly Link[] {
  return links.map((link) => ({ ...link, tail: ends.get(link.path)?.tail ?? link.acked }));
}

/** The links with all acknowledged that the wake in flight has reported. */
export function allAcked(links: readonly Link[]): readonly Link[] {
  return links.map((link) => (link.tail > link.acked ? { ...link, acked: link.tail } : link));
}

/** Whether a stream has records that were not acknowledged. */
export function isPending(link: Link, ends: StreamEnds | undefined): boolean {
  return ends !== undefined && ends.tail > Math.max(inPresentLife(link, ends).acked, ends.earliest);
}

/** Whether the cursor is in an earlier life of the stream. A fork may begin at positions that its name had before. */
export function isOfEarlierLife({ log }: Link, ends: StreamEnds): boolean {
  return log !== null && log !== ends.log;
}

/** For a cursor in an earlier life, all of this life is news. */
function inPresentLife(link: Link, ends: StreamEnds | undefined): Link {
  if (ends === undefined || link.log === ends.log) return link;
  return { ...link, log: ends.log, acked: isOfEarlierLife(link, ends) ? ends.start : link.acked };
}

/** The links with the tails of their streams. For a deleted stream, the tail is its cursor. */
export function linkInfos(links: readonly Link[], ends: EndsByPath): readonly LinkInfo[] {
  return links.map((link) => {
    const stream = ends.get(link.path);
    const { path, acked } = link;
    const tail = stream?.tail ?? acked;
    return { path, linkType: linkType(link), acked, tail, hasPending: isPending(link, stream) };
  });
}

export function linkType({ isExplicit }: Link): LinkInfo["linkType"] {
  return isExplicit ? "explicit" : "glob";
}

function linkAtTail(path: string, isExplicit: boolean, ends: StreamEnds | undefined): Link {
  return linkAt(path, isExplicit, ends, ends?.tail ?? 0);
}

function linkAt(path: string, isExplicit: boolean, ends: StreamEnds | undefined, acked: number): Link {
  return { path, isExplicit, acked, log: ends?.log ?? null, tail: acked };
}

function sorted(links: readonly Link[]): readonly Link[] {
  return links.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
