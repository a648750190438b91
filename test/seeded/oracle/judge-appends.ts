import type { Append, FinalLogs } from "../history.ts";
import { brief } from "./brief.ts";

/** The positions of the records of one log. */
type Places = ReadonlyMap<string, readonly number[]>;

/**
 * Judges the logs by what their writers know. A batch is there in one piece or not at all. An acknowledged batch is
 * where its answer says. A batch that was refused, or had to be, is nowhere. An unknown one is there at most once. No
 * other records are there. Acknowledged batches, and those of a producer, are in the order in which they were sent.
 */
export function judgeAppends(appends: readonly Append[], logs: FinalLogs): readonly string[] {
  const places = new Map([...logs].map(([log, texts]) => [log, placesOf(texts)]));
  const ofBatches = appends.flatMap((append) => judgeBatch(append, places.get(append.log) ?? new Map()));
  const ofAnswers = appends.flatMap(judgeAnswers);
  return [...ofBatches, ...ofAnswers, ...strangers(appends, logs), ...disorder(appends, places)];
}

function placesOf(texts: readonly string[]): Places {
  const places = new Map<string, number[]>();
  for (const [seq, text] of texts.entries()) {
    const there = places.get(text);
    if (there === undefined) places.set(text, [seq]);
    else there.push(seq);
  }
  return places;
}

function judgeBatch(append: Append, places: Places): readonly string[] {
  const { writer, log, records } = append;
  const found = records.map((record) => places.get(record) ?? []);
  const called = `${log}: the batch ${brief(records[0])} of ${writer}`;
  const doubled = found.findIndex((seqs) => seqs.length > 1);
  if (doubled !== -1)
    return [`${log}: ${brief(records[doubled])} of ${writer} is there at ${found[doubled]?.join(" and ")}`];
  const seqs = found.flat();
  if (seqs.length !== 0 && seqs.length !== records.length)
    return [`${called} is there in part: ${seqs.length} of ${records.length} records`];
  const start = seqs[0] ?? null;
  if (start !== null && seqs.some((seq, at) => seq !== start + at))
    return [`${called} does not lie in one piece: ${seqs.join(", ")}`];
  return judgeOutcome(append, start).map((what) => `${called} ${what}`);
}

/** `start`: its position; null: it is not there. */
function judgeOutcome({ attempts, isDoomed }: Append, start: number | null): readonly string[] {
  if (isDoomed && start !== null) return [`had a condition that can't hold, and is at ${start}`];
  const told = toldStarts(attempts);
  if (told.length > 0 && start === null) return [`was acknowledged at ${told[0]}, and is not there`];
  const wrong = told.find((one) => one !== start);
  if (wrong !== undefined) return [`was acknowledged at ${wrong}, and is at ${start}`];
  const isRefused = attempts.every(({ kind }) => kind === "refused");
  return isRefused && start !== null ? [`was refused or never sent, and is at ${start}`] : [];
}

/** Refusals that any append may get while nodes fail. */
const always = ["no-leader", "busy", "too-many-requests"];
/** Refusals of a producer's later batches, after one was refused. */
const ofProducers = ["producer-sequence-gap"];
const ofDoomed = ["sequence-mismatch", "producer-sequence-gap"];

/** No other refusal is right for these writers. `internal` is never right. */
function judgeAnswers({ writer, log, records, isNumbered, isDoomed, attempts }: Append): readonly string[] {
  const allowed = [...always, ...(isNumbered ? ofProducers : []), ...(isDoomed ? ofDoomed : [])];
  return attempts.flatMap((attempt) => {
    if (attempt.kind === "acknowledged") return [];
    const isRight = attempt.kind === "refused" ? allowed.includes(attempt.why) : attempt.why !== "internal";
    return isRight
      ? []
      : [`${log}: the batch ${brief(records[0])} of ${writer} was answered: ${attempt.why}`];
  });
}

function toldStarts(attempts: Append["attempts"]): readonly number[] {
  return attempts.flatMap((attempt) => (attempt.kind === "acknowledged" ? [attempt.start] : []));
}

function strangers(appends: readonly Append[], logs: FinalLogs): readonly string[] {
  const known = new Set(appends.flatMap(({ log, records }) => records.map((record) => `${log} ${record}`)));
  return [...logs].flatMap(([log, texts]) =>
    texts.flatMap((text, seq) =>
      known.has(`${log} ${text}`) ? [] : [`${log}: no writer has appended what is at ${seq}: ${brief(text)}`],
    ),
  );
}

/**
 * A writer sends the next batch on the same connection, or after the last one was answered. A producer's batches are
 * dense within an epoch, and an epoch ends earlier ones. So even a batch without an answer is in its place, or nowhere.
 */
function disorder(appends: readonly Append[], places: ReadonlyMap<string, Places>): readonly string[] {
  const last = new Map<string, number>();
  return appends.flatMap(({ writer, log, records, isNumbered, attempts }) => {
    const [told] = toldStarts(attempts);
    const start = isNumbered ? places.get(log)?.get(records[0] ?? "")?.[0] : told;
    if (start === undefined) return [];
    const before = last.get(`${writer} ${log}`) ?? -1;
    last.set(`${writer} ${log}`, start);
    return start > before ? [] : [`${log}: ${writer} sent ${brief(records[0])} later, and it is earlier`];
  });
}
