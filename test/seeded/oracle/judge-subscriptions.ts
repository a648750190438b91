import type { FinalLogs, Offsets, SubscriptionEvent, SubscriptionHistory, ToldStream } from "../history.ts";

type Told = Extract<SubscriptionEvent, { readonly kind: "told" }>;

/**
 * Judges subscriptions (Durable Streams §7). A cursor moves to where a worker has acknowledged, never further and never
 * back. So each record was reported to a worker that acknowledged it. In the end all cursors are at the tails. Workers
 * may hear of a record any number of times.
 */
export function judgeSubscriptions(
  histories: readonly SubscriptionHistory[],
  logs: FinalLogs,
): readonly string[] {
  return histories.flatMap((history) => {
    const judge = new Judge(logs);
    for (const event of history.events) judge.take(event);
    return [...judge.faults, ...unfinished(history, logs), ...badAnnouncements(history)].map(
      (what) => `subscription ${history.id}: ${what}`,
    );
  });
}

class Judge {
  readonly faults: string[] = [];
  readonly #logs: FinalLogs;
  /** How far workers have ever begun to acknowledge. No cursor is further. */
  readonly #offered = new Map<string, number>();
  /** Acknowledgements that certainly count, by their generation. Later wakes must know them. */
  readonly #counted: { readonly generation: number; readonly offsets: Offsets }[] = [];
  readonly #wakes = new Map<number, Told>();
  readonly #shown = new Map<string, number>();

  constructor(logs: FinalLogs) {
    this.#logs = logs;
  }

  take(event: SubscriptionEvent): void {
    switch (event.kind) {
      case "told":
        this.#told(event);
        return;
      case "acknowledges":
        for (const [path, offset] of Object.entries(event.offsets)) raise(this.#offered, path, offset);
        return;
      case "counted":
        this.#counted.push(event);
        if (event.isLate) this.faults.push(`wake ${event.generation} counted after a newer one was told`);
        return;
      case "shown":
        for (const [path, offset] of Object.entries(event.offsets)) this.#show(path, offset);
    }
  }

  #told(told: Told): void {
    const { generation, wakeId, streams } = told;
    const before = this.#wakes.get(generation);
    if (before !== undefined && before.wakeId !== wakeId)
      this.faults.push(`generation ${generation} is that of ${before.wakeId} and of ${wakeId}`);
    this.#wakes.set(generation, told);
    for (const stream of streams) this.#toldStream(generation, stream);
  }

  #toldStream(generation: number, { path, acked, tail }: ToldStream): void {
    const called = `wake ${generation} tells of ${path} from ${acked} to ${tail}`;
    const end = this.#logs.get(path)?.length ?? 0;
    const offered = this.#offered.get(path) ?? 0;
    if (acked > tail || tail > end) this.faults.push(`${called}; it ends at ${end}`);
    if (acked > offered) this.faults.push(`${called}: ${offered} to ${acked} was skipped`);
    const known = this.#counted.filter((one) => one.generation < generation);
    const floor = Math.max(0, ...known.map(({ offsets }) => offsets[path] ?? 0));
    if (acked < floor) this.faults.push(`${called}: the cursor was at ${floor}, and went back`);
  }

  #show(path: string, offset: number): void {
    const before = this.#shown.get(path) ?? 0;
    const offered = this.#offered.get(path) ?? 0;
    if (offset < before) this.faults.push(`the cursor of ${path} went back from ${before} to ${offset}`);
    if (offset > offered) this.faults.push(`the cursor of ${path} is at ${offset}, acknowledged ${offered}`);
    raise(this.#shown, path, offset);
  }
}

function raise(offsets: Map<string, number>, path: string, offset: number): void {
  offsets.set(path, Math.max(offset, offsets.get(path) ?? 0));
}

/** The last look is the one after the end. */
function unfinished({ events, streams }: SubscriptionHistory, logs: FinalLogs): readonly string[] {
  const last = events.findLast((event) => event.kind === "shown");
  return streams.flatMap((path) => {
    const [cursor, end] = [last?.offsets[path] ?? 0, logs.get(path)?.length ?? 0];
    return cursor === end ? [] : [`the cursor of ${path} stays at ${cursor}; the stream ends at ${end}`];
  });
}

/** A wake is announced at most once, however often that was tried, and after earlier ones. */
function badAnnouncements({ announced }: SubscriptionHistory): readonly string[] {
  const all = announced ?? [];
  const at = all.findIndex((generation, i) => i > 0 && generation <= (all[i - 1] ?? 0));
  return at === -1 ? [] : [`wake ${all[at]} is announced after wake ${all[at - 1]}`];
}
