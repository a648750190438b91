import { formatOffset, parseOffset } from "../../src/streams/offset.ts";
import type { Request } from "../../src/transport/protocol.ts";
import { type Answered, Harness, type Vars } from "../api/harness.ts";
import { expectDocumented } from "./documented.ts";

type Headers = Record<string, string>;

/** The Durable Streams API over fake nodes. If a node is asked to wait for records, it waits and the time passes. */
export class Streams extends Harness {
  /** Actions of other clients while a node waits. */
  readonly meanwhile: (() => Promise<unknown>)[] = [];

  constructor(vars?: Vars) {
    super(vars);
    const answer = this.nodes.ask.bind(this.nodes);
    this.nodes.ask = async (address, request, options) => {
      await this.#wait(request);
      return answer(address, request, options);
    };
  }

  async #wait(request: Request): Promise<void> {
    if (request.kind === "query" && request.query.kind === "page" && request.query.waitMs > 0) {
      const other = this.meanwhile.shift();
      await other?.();
      this.now += other === undefined ? request.query.waitMs : 1;
    }
  }

  put(name: string, headers: Headers = {}, body?: BodyInit): Promise<Answered> {
    return this.#send("PUT", name, headers, body);
  }

  post(name: string, body: BodyInit, headers: Headers = { "Content-Type": "text/plain" }): Promise<Answered> {
    return this.#send("POST", name, headers, body);
  }

  close(name: string, headers: Headers = {}): Promise<Answered> {
    return this.#send("POST", name, { "Stream-Closed": "true", ...headers });
  }

  get(name: string, query = "", headers: Headers = {}): Promise<Answered> {
    return this.#send("GET", `${name}${query}`, headers);
  }

  head(name: string, headers: Headers = {}): Promise<Answered> {
    return this.#send("HEAD", name, headers);
  }

  async #send(method: string, name: string, headers: Headers, body?: BodyInit): Promise<Answered> {
    // The platform would add the type of plain text to a string by itself.
    const sent = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const init = sent === undefined ? { headers } : { headers, body: sent, duplex: "half" };
    const path = `/v1/stream/${name}`;
    const answer = await this.send(method, path, init as RequestInit);
    await expectDocumented(method, path, answer);
    return answer;
  }
}

export const plain = { "Content-Type": "text/plain" };
export const json = { "Content-Type": "application/json" };
export const bytes = { "Content-Type": "application/octet-stream" };

/** The query of a read from a position on. */
export const from = (seq: number, more = ""): string => `?offset=${formatOffset(seq)}${more}`;

/** What an answer says about the end of a stream, or of a page. */
export function endOf({ status, headers }: Answered) {
  const next = headers.get("Stream-Next-Offset");
  return {
    status,
    next: next === null ? null : (parseOffset(next)?.seq ?? null),
    upToDate: headers.get("Stream-Up-To-Date") === "true",
    closed: headers.get("Stream-Closed") === "true",
  };
}
