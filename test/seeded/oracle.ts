/** A batch that a writer asked for, and what it was told. Texts of records are unique in a run. */
export interface Batch {
  readonly writer: string;
  readonly texts: readonly string[];
  /** `unknown`: no answer, or one that says that it may have happened. */
  readonly outcome: "acknowledged" | "refused" | "unknown";
  /** The position of the first record, if it was acknowledged. */
  readonly start: number | null;
}

/** All that one reader saw of a log, over all its connections. */
export interface Observation {
  readonly reader: string;
  /** The text of all records, in the order in which they came. */
  readonly text: string;
  /** The positions that it was told; null for a form that tells none. */
  readonly seqs: readonly number[] | null;
}

/** All that happened to one log. */
export interface History {
  /** The records in the end, by position. */
  readonly log: readonly string[];
  /** In the order in which each writer sent them. */
  readonly batches: readonly Batch[];
  readonly observations: readonly Observation[];
}

/** The promises that were broken, in words; none if all is well. */
export function judge({ log, batches, observations }: History): readonly string[] {
  const places = new Map(log.map((text, at) => [text, at]));
  const asked = new Set(batches.flatMap(({ texts }) => texts));
  return [
    ...log.flatMap((text, at) => {
      if (places.get(text) !== at) return [`record ${at} is there twice: ${name(text)}`];
      return asked.has(text) ? [] : [`no writer asked for record ${at}: ${name(text)}`];
    }),
    ...batches.flatMap((batch) => judgeBatch(batch, places)),
    ...judgeOrder(batches, places),
    ...observations.flatMap((observation) => judgeObservation(observation, log)),
  ];
}

/** The first part of a text says which record it is; the rest is padding. */
const name = (text: string): string => JSON.stringify(text.slice(0, 20));

function judgeBatch({ writer, texts, outcome, start }: Batch, places: ReadonlyMap<string, number>): string[] {
  const found = texts.map((text) => places.get(text));
  const first = found[0] ?? null;
  const isWhole = found.every((at, i) => at !== undefined && at === (first ?? 0) + i);
  const isAbsent = found.every((at) => at === undefined);
  const what = `the batch of ${writer} with ${name(texts[0] ?? "")}`;
  if (outcome === "refused") return isAbsent ? [] : [`${what} was refused, and is there`];
  if (outcome === "unknown") return isAbsent || isWhole ? [] : [`${what} is there in part`];
  return isWhole && first === start
    ? []
    : [`${what} was acknowledged at ${start}, and is at ${found.join()}`];
}

/** A writer's acknowledged batches are in the order in which it sent them. */
function judgeOrder(batches: readonly Batch[], places: ReadonlyMap<string, number>): string[] {
  const last = new Map<string, number>();
  return batches.flatMap(({ writer, texts, outcome }) => {
    const at = places.get(texts[0] ?? "");
    if (outcome !== "acknowledged" || at === undefined) return [];
    const before = last.get(writer) ?? -1;
    last.set(writer, at);
    return before < at ? [] : [`a batch of ${writer} at ${at} was sent after the one at ${before}`];
  });
}

function judgeObservation({ reader, text, seqs }: Observation, log: readonly string[]): string[] {
  const gap = seqs?.findIndex((seq, i) => seq !== i) ?? -1;
  if (gap !== -1) return [`${reader} was told position ${seqs?.[gap]} where ${gap} was next`];
  const whole = log.join("");
  if (text === whole) return [];
  const at = [...text].findIndex((character, i) => character !== [...whole][i]);
  const near = at === -1 ? text.length : at;
  return [
    `${reader} saw other text than the log's at ${near}: ${name(text.slice(near))}, not ${name(whole.slice(near))}`,
  ];
}
