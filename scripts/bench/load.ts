import { Client } from "undici";

export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
}

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Returns the sequence of requests of a connection. */
  readonly requests: () => () => LoadRequest;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Keeps one request under way on each connection. Throws at the first answer that is not a success, because a result that
 * includes failures means nothing.
 */
export async function applyLoad(options: LoadOptions): Promise<LoadResult> {
  const startedAt = performance.now();
  const until = startedAt + options.seconds * 1_000;
  const latenciesMs: number[] = [];
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const client = new Client(options.url);
      const nextRequest = options.requests();
      while (performance.now() < until) latenciesMs.push(await timeRequest(client, nextRequest()));
      await client.close();
    }),
  );
  const elapsedS = (performance.now() - startedAt) / 1_000;
  latenciesMs.sort((a, b) => a - b);
  return {
    requestsPerSecond: latenciesMs.length / elapsedS,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}

/** The time until the last byte of the answer, ms. */
async function timeRequest(client: Client, request: LoadRequest): Promise<number> {
  const { method, path, contentType, body = null } = request;
  const startedAt = performance.now();
  const headers = contentType === undefined ? {} : { "content-type": contentType };
  const response = await client.request({ method, path, body, headers });
  const text = await response.body.text();
  const elapsedMs = performance.now() - startedAt;
  if (response.statusCode >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
  return elapsedMs;
}

export const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** A quantile of sorted values. */
function quantile(sorted: readonly number[], q: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
  if (value === undefined) throw new Error("A quantile of nothing");
  return value;
}
