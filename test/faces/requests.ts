import type { ModelLog } from "./model.ts";
import type { Face, Operation } from "./operations.ts";

/** The addresses of the two APIs, and the prefix of every name. */
export interface Place {
  readonly url: string;
  readonly prefix: string;
}

const toNative = ({ url, prefix }: Place, name: string, rest = ""): URL =>
  new URL(`/v1/logs/${prefix}${name}${rest}`, url);

const toStream = ({ url, prefix }: Place, name: string, rest = ""): URL =>
  new URL(`/v1/stream/${prefix}${name}${rest}`, url);

/** The stream offset of record `seq`. */
export const offsetOf = (seq: number): string => `${String(seq).padStart(16, "0")}_${"0".repeat(16)}`;

/** The body that a stream of `type` accepts. */
const bodyOf = (type: string, texts: readonly string[]): string =>
  type === "application/json" ? JSON.stringify(texts) : texts.join("");

/** Sends an operation. `tail` is the log's tail, if the operation needs it; `anchor` is where a fork begins. */
export function send(place: Place, operation: Operation, tail: number, anchor: number): Promise<Response> {
  const { name } = operation;
  switch (operation.kind) {
    case "create":
      return fetch(toNative(place, name), { method: "PUT" });
    case "create stream":
      return put(place, name, operation.type, operation.texts);
    case "fork": {
      const from = toStream(place, operation.source).pathname;
      const headers = { "Stream-Forked-From": from, "Stream-Fork-Offset": offsetOf(anchor) };
      return fetch(toStream(place, name), { method: "PUT", headers });
    }
    case "append":
      return append(place, operation, tail);
    case "append to stream": {
      const { type, text, writerSeq, closes } = operation;
      const headers = {
        "Content-Type": type,
        ...(writerSeq === null ? {} : { "Stream-Seq": writerSeq }),
        ...(closes ? { "Stream-Closed": "true" } : {}),
      };
      return fetch(toStream(place, name), { method: "POST", headers, body: bodyOf(type, [text]) });
    }
    case "produce":
      return produce(place, operation);
    case "trim":
      return postJson(toNative(place, name, "/trim"), { before: operation.before });
    case "close":
      return operation.face === "native"
        ? fetch(toNative(place, name, "/close"), { method: "POST" })
        : fetch(toStream(place, name), { method: "POST", headers: { "Stream-Closed": "true" } });
    case "delete": {
      const at = operation.face === "native" ? toNative(place, name) : toStream(place, name);
      return fetch(at, { method: "DELETE" });
    }
  }
}

function put(place: Place, name: string, type: string, texts: readonly string[]): Promise<Response> {
  const body = texts.length === 0 ? null : bodyOf(type, texts);
  return fetch(toStream(place, name), { method: "PUT", headers: { "Content-Type": type }, body });
}

function append(
  place: Place,
  { name, texts, expectedSeq, closes }: Extract<Operation, { kind: "append" }>,
  tail: number,
): Promise<Response> {
  const url = toNative(place, name, "/records");
  if (expectedSeq !== "any")
    url.searchParams.set("expected_seq", String(expectedSeq === "right" ? tail : tail + 1));
  if (closes) url.searchParams.set("close", "true");
  return postJson(url, { records: texts.map((data) => ({ data })) });
}

function produce(
  place: Place,
  { face, name, id, seq, text }: Extract<Operation, { kind: "produce" }>,
): Promise<Response> {
  const headers = {
    "Content-Type": "text/plain",
    "Producer-Id": id,
    "Producer-Epoch": "0",
    "Producer-Seq": String(seq),
  };
  const url = face === "native" ? toNative(place, name, "/records") : toStream(place, name);
  return fetch(url, { method: "POST", headers, body: text });
}

function postJson(url: URL, body: unknown): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
}

interface NativePage {
  readonly records: readonly { readonly seq: number; readonly data?: string; readonly json?: unknown }[];
  readonly tail: number;
}

/** What an API returns for a log from its earliest record on; if it returns no log, the status as a number. */
export async function show(place: Place, face: Face, name: string): Promise<unknown> {
  const url = face === "native" ? toNative(place, name, "/records") : toStream(place, name, "?offset=-1");
  const response = await fetch(url);
  if (response.status !== 200) {
    await response.arrayBuffer();
    return response.status;
  }
  if (face === "stream")
    return {
      body: await response.text(),
      next: response.headers.get("Stream-Next-Offset"),
      closed: response.headers.get("Stream-Closed") === "true",
    };
  const { records, tail } = (await response.json()) as NativePage;
  return { records: records.map(({ seq, data, json }) => [seq, data ?? json]), tail };
}

/** What an API should return for a log. */
export function shown(face: Face, { records, earliest, type, closed }: ModelLog): unknown {
  const left = records.slice(earliest);
  const tail = records.length;
  if (face === "native") return { records: left.map(({ text }, at) => [earliest + at, text]), tail };
  const bytes = left.map(({ text, isJson }) => (isJson ? JSON.stringify(text) : text));
  const body = type === "application/json" ? `[${bytes.join(",")}]` : bytes.join("");
  return { body, next: offsetOf(tail), closed };
}
