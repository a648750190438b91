import type { Names } from "../../transport/protocol.ts";
import type { Backing } from "./backing.ts";
import { literalPrefix } from "./glob.ts";
import type { ChangedLogs } from "./known.ts";
import { type EndsByPath, hasRoomAgain, isMatched, isPending, type Look, type StreamEnds } from "./links.ts";
import type { Subscription, SubscriptionConfiguration } from "./state.ts";

const namesMax = 1_000;
const endsMax = 1_000;

/** The streams of one cluster, for subscriptions. */
export class Streams {
  readonly #backing: Backing;

  constructor(backing: Backing) {
    this.#backing = backing;
  }

  /** The bounds of these streams. Reading them does not renew a time to live. */
  async ends(paths: readonly string[]): Promise<EndsByPath> {
    const ends = new Map<string, StreamEnds>();
    for (let at = 0; at < paths.length; at += endsMax) {
      const result = await this.#backing.query({ kind: "ends", names: paths.slice(at, at + endsMax) });
      for (const stream of result.ends) ends.set(stream.name, stream);
    }
    return ends;
  }

  /** All streams that the pattern matches. */
  async matching(configuration: SubscriptionConfiguration): Promise<readonly string[]> {
    if (configuration.pattern === null) return [];
    const prefix = literalPrefix(configuration.pattern);
    const matching: string[] = [];
    for (let after: string | null = null; ; ) {
      const result: Names = await this.#backing.query({ kind: "names", prefix, after, limit: namesMax });
      matching.push(...result.names.filter((name) => isMatched(configuration, name)));
      if (result.names.length < namesMax) return matching;
      after = result.names.at(-1) ?? null;
    }
  }

  /** Whether any of these streams has unacknowledged records for a subscription. */
  async havePending({ configuration, links }: Subscription, paths: ReadonlySet<string>): Promise<boolean> {
    const ends = await this.ends([...paths]);
    const isNew = ({ start, tail }: StreamEnds, path: string) =>
      tail > start && isMatched(configuration, path);
    const byPath = new Map(links.map((link) => [link.path, link]));
    return [...ends].some(([path, stream]) => {
      const link = byPath.get(path);
      return link === undefined ? isNew(stream, path) : isPending(link, stream);
    });
  }

  /**
   * Looks at the linked streams, and at those of `news` that are not linked. If `news` is "all", or there is room again
   * for streams that had none, looks at all that the pattern matches.
   */
  async look(subscription: Subscription, news: ChangedLogs): Promise<Look> {
    const look = await this.#look(subscription, news);
    return look.isWhole || !hasRoomAgain(subscription, look) ? look : this.#look(subscription, "all");
  }

  async #look({ configuration, links }: Subscription, news: ChangedLogs): Promise<Look> {
    const isLinked = new Set(links.map(({ path }) => path));
    const isWhole = news === "all";
    const matching = isWhole ? await this.matching(configuration) : [...news];
    const found = matching.filter((path) => !isLinked.has(path) && isMatched(configuration, path));
    return { found, ends: await this.ends([...isLinked, ...found]), isWhole };
  }
}
