import type { LogKind } from "../world/plan.ts";
import type { Notes } from "./form.ts";

/**
 * The records in answers of Durable Streams: JSON arrays, or continuous texts and bytes in which each record is a line.
 */
export class StreamRecords {
  readonly #kind: LogKind;
  readonly #notes: Notes;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(kind: LogKind, notes: Notes) {
    this.#kind = kind;
    this.#notes = notes;
  }

  /** The data of an event. */
  takeEvent(data: string): void {
    if (this.#kind === "plain")
      this.#takeText(this.#decoder.decode(Buffer.from(data, "base64"), { stream: true }));
    else this.takeBody(data);
  }

  takeBody(body: string): void {
    if (this.#kind !== "json") this.#takeText(body);
    else for (const text of JSON.parse(body) as readonly string[]) this.#notes.see({ seq: null, text });
  }

  #takeText(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#notes.see({ seq: null, text: `${line}\n` });
  }
}
