import { vi } from "vitest";
import { requestJson } from "../../scripts/files/http.ts";
import type { LocalCluster } from "../cluster/local-cluster.ts";
import { Random } from "../simulation/world/random.ts";
import { strike } from "./faults.ts";
import { forms } from "./forms.ts";
import { drawPlace, type Ground } from "./ground.ts";
import { judge } from "./oracle.ts";
import { Reader } from "./reader.ts";
import { drawBatches } from "./records.ts";
import { RequestWriter } from "./request-writer.ts";
import { SessionWriter } from "./session-writer.ts";
import { Subscriber } from "./subscriber.ts";

/** How long readers may take to come to the end once all is written, ms. */
const patienceMs = 60_000;

const recordsMax = 4;

/** What came of one seed. */
export interface Outcome {
  readonly findings: readonly string[];
  readonly trace: readonly string[];
}

/**
 * Writers append to one log, readers follow it in all forms, and nodes abort, at moments that the seed draws; then all
 * is judged. Each actor draws from a source of its own: a seed fixes what each does, though not how they meet.
 */
export async function runSeed(cluster: LocalCluster, seed: number): Promise<Outcome> {
  const trace: string[] = [];
  const ground: Ground = { url: () => cluster.url, log: `seeded-${seed}`, trace };
  const randomOf = (actor: number): Random => new Random(seed * 100 + actor);
  await create(ground);
  const readers = Object.entries(forms).flatMap(([name, form], i) => [
    new Reader(ground, { name: `${name}, steady`, form, random: null }),
    new Reader(ground, { name: `${name}, cut off`, form, random: randomOf(20 + i) }),
  ]);
  const over = new AbortController();
  const faults = strike(ground, randomOf(0), over.signal, () => cluster.kill());
  const subscribed = new Subscriber(ground, randomOf(5)).run(patienceMs);
  const batches = (await Promise.all(writersOf(ground, randomOf).map((writer) => writer.run()))).flat();
  over.abort();
  await faults;
  const log = await readAll(ground);
  const length = log.join("").length;
  const behind = (): readonly Reader[] => readers.filter((reader) => reader.length < length);
  await vi
    .waitFor(() => behind().length === 0 || Promise.reject(), { timeout: patienceMs, interval: 20 })
    .catch(() => {});
  const observations = await Promise.all(readers.map((reader) => reader.stop()));
  return { findings: [...judge({ log, batches, observations }), ...(await subscribed)], trace };
}

function writersOf(ground: Ground, randomOf: (actor: number) => Random) {
  const session = (actor: number): SessionWriter => {
    const random = randomOf(actor);
    const name = `s${actor}`;
    return new SessionWriter(ground, {
      ...{ name, batches: drawBatches(random, name, random.between(200, 400), recordsMax) },
      ...{ window: random.pick([1, 4, 16]), headers: drawPlace(random) },
      drawCut: () => random.between(5, 120),
    });
  };
  const request = (actor: number): RequestWriter => {
    const random = randomOf(actor);
    const name = `r${actor}`;
    return new RequestWriter(ground, { name, random, batches: drawBatches(random, name, 60, recordsMax) });
  };
  return [session(1), session(2), request(3), request(4)];
}

const create = ({ url, log }: Ground): Promise<unknown> =>
  requestJson(new URL(`/v1/logs/${log}`, url()), {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ content_type: "text/plain" }),
  });

/** All records, by linearizable reads. */
async function readAll({ url, log }: Ground): Promise<readonly string[]> {
  const texts: string[] = [];
  for (;;) {
    const address = new URL(`/v1/logs/${log}/records?from=${texts.length}&limit=1000`, url());
    const headers = { Accept: "application/json" };
    const { records, tail } = await requestJson<{
      readonly records: readonly { readonly data: string }[];
      readonly tail: number;
    }>(address, { headers });
    texts.push(...records.map(({ data }) => data));
    if (texts.length >= tail) return texts;
  }
}
