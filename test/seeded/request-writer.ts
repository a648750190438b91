import type { Random } from "../simulation/world/random.ts";
import { drawPlace, type Ground, pause } from "./ground.ts";
import type { Batch } from "./oracle.ts";

/** The least and the most that it waits for an answer, ms. */
const patienceMsMin = 5;
const patienceMsMax = 4_000;

interface RequestOptions {
  readonly name: string;
  readonly batches: readonly (readonly string[])[];
  readonly random: Random;
}

type Result = Pick<Batch, "outcome" | "start">;

const unknown: Result = { outcome: "unknown", start: null };

/** Appends by requests without a producer, each of them once: a request that it does not wait for may have happened. */
export class RequestWriter {
  readonly #ground: Ground;
  readonly #options: RequestOptions;

  constructor(ground: Ground, options: RequestOptions) {
    this.#ground = ground;
    this.#options = options;
  }

  async run(): Promise<readonly Batch[]> {
    const { name, batches } = this.#options;
    const done: Batch[] = [];
    for (const texts of batches) {
      const result = await this.#append(texts);
      if (result.outcome !== "acknowledged")
        this.#ground.trace.push(`${name}: ${result.outcome} ${texts[0]?.trim()}`);
      done.push({ writer: name, texts, ...result });
      await pause();
    }
    return done;
  }

  async #append(texts: readonly string[]): Promise<Result> {
    const { random } = this.#options;
    const url = new URL(`/v1/logs/${this.#ground.log}/records`, this.#ground.url());
    const body = JSON.stringify({ records: texts.map((data) => ({ data })) });
    const headers = { "Content-Type": "application/json", ...drawPlace(random) };
    const patienceMs = random.chance(0.3) ? random.between(patienceMsMin, patienceMsMax) : patienceMsMax;
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const response = await fetch(url, { method: "POST", headers, body, signal });
      const answer = (await response.json()) as { start: number; type: string };
      if (response.ok) return { outcome: "acknowledged", start: answer.start };
      return answer.type === "/problems/outcome-unknown" ? unknown : { outcome: "refused", start: null };
    } catch {
      return unknown;
    }
  }
}
