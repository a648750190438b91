import { requestJson } from "../../scripts/files/http.ts";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface AppendAnswer {
  readonly start: number;
  readonly end: number;
  readonly tail: number;
  readonly index: number;
  readonly term: number;
  readonly duplicate: boolean;
}

interface Status {
  readonly leader: number;
  readonly quiesced: boolean;
  readonly follows_writers: boolean;
  readonly last_hand_over: { readonly to: number; readonly at: number } | null;
  readonly members: readonly { readonly id: number; readonly append_share?: number }[];
}

interface Page {
  readonly records: readonly { readonly seq: number; readonly data: string }[];
}

/** One request, not repeated. */
export async function send(
  url: string,
  method: string,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  const headers = typeof init.body === "string" ? { "Content-Type": "text/plain" } : {};
  const response = await fetch(new URL(path, url), { method, headers, ...init });
  return { status: response.status, body: await response.json() };
}

export const createLog = (url: string, log: string): Promise<unknown> =>
  requestJson(new URL(`/v1/logs/${log}`, url), { method: "PUT" });

/** Repeated until it is answered; the producer tuple makes that safe. */
export function appendText(
  url: string,
  log: string,
  body: string,
  producer: { readonly id: string; readonly seq: number },
  place?: Place,
): Promise<AppendAnswer> {
  const headers = {
    "Content-Type": "text/plain",
    "Producer-Id": producer.id,
    "Producer-Epoch": "0",
    "Producer-Seq": String(producer.seq),
    ...placed(place),
  };
  return requestJson(new URL(`/v1/logs/${log}/records`, url), { method: "POST", headers, body });
}

/** Where a request comes from, as the platform would say, degrees. */
export interface Place {
  readonly latitude: string;
  readonly longitude: string;
}

/** The local runtime takes from a header where a request comes from. */
export const placed = (place: Place | undefined): Record<string, string> =>
  place === undefined ? {} : { "MF-CF-Blob": JSON.stringify(place) };

/** In the regions of nodes 1 to 3. */
export const places: readonly Place[] = [
  { latitude: "37.8", longitude: "-122.4" },
  { latitude: "39", longitude: "-77.5" },
  { latitude: "50.1", longitude: "4.4" },
];

/** Its nearest replica serves a request that comes from a `place`. */
export function readFrom(url: string, log: string, query: string, place?: Place): Promise<Page> {
  const headers = { Accept: "application/json", ...placed(place) };
  return requestJson(new URL(`/v1/logs/${log}/records?${query}`, url), { headers });
}

export const statusOf = (url: string): Promise<Status> => requestJson(new URL("/v1/clusters/main", url), {});
