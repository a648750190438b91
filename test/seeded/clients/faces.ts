import { seqOf } from "../followers/offsets.ts";
import type { LogKind } from "../world/plan.ts";
import { recordOf } from "./record-of.ts";

/** The form of an append over HTTP. */
export interface Face {
  path(log: string): string;
  body(records: readonly string[], kind: LogKind): { readonly body: string; readonly type: string };
  /** A condition that can't hold. */
  doom(
    writer: string,
    seq: number,
  ): { readonly query: string; readonly headers: Readonly<Record<string, string>> };
  /** The positions of the records in an answer. */
  start(response: Response, text: string, count: number): number;
}

export const nativeFace: Face = {
  path: (log) => `/v1/logs/${encodeURIComponent(log)}/records`,
  body: (records, kind) => ({
    body: JSON.stringify({
      records: records.map((text) => recordOf(kind, text)),
    }),
    type: "application/json",
  }),
  doom: (_writer, seq) => ({ query: `?expected_seq=${seq}`, headers: {} }),
  start: (_response, text) => (JSON.parse(text) as { start: number }).start,
};

const types = { json: "application/json", text: "text/plain", plain: "application/octet-stream" };

export const streamsFace: Face = {
  path: (log) => `/v1/stream/${log}`,
  body: (records, kind) => ({
    body: kind === "json" ? JSON.stringify(records) : records.join(""),
    type: types[kind],
  }),
  // The protocol has no condition on the tail, but it refuses a gap in a producer's batches.
  doom: (writer, seq) => ({
    query: "",
    headers: {
      "Producer-Id": `${writer}-doomed`,
      "Producer-Epoch": "0",
      "Producer-Seq": String(seq),
    },
  }),
  start: ({ headers }, _text, count) => seqOf(headers.get("Stream-Next-Offset") ?? "") - count,
};
