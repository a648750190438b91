import { createWholeApp } from "../../src/app.ts";
import type { Env } from "../../src/http/env.ts";
import type { Command } from "../../src/log/types.ts";
import { toIndex } from "../../src/raft/types.ts";
import { createApi } from "../../src/routing/context.ts";
import type { Answer } from "../../src/transport/protocol.ts";
import { FakeNodes } from "./fake-nodes.ts";

/** What a test sets of the environment. */
export type Vars = Partial<Omit<Env, "NODES">>;

/** A request, and where it entered the platform. */
type Init = Omit<RequestInit, "cf"> & { readonly cf?: unknown };

/** An answer, its body read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  readonly json: any;
}

/** The API over fake nodes; its clock moves only when the API sleeps. */
export class Harness {
  readonly nodes = new FakeNodes();
  readonly slept: number[] = [];
  now = 0;
  /** Where the API is reached. */
  #root = "http://timberline.localhost";
  readonly #vars: Vars;
  readonly #app;

  constructor(vars: Vars = { LOCAL: "on" }) {
    this.#vars = vars;
    const api = createApi({
      nodes: () => this.nodes,
      now: () => this.now,
      random: () => 0.5,
      sleep: async (ms) => {
        this.slept.push(ms);
        this.now += ms;
      },
    });
    this.#app = createWholeApp(api);
  }

  /** What the router has, middleware included. */
  get routes(): readonly { readonly method: string; readonly path: string }[] {
    return this.#app.routes;
  }

  /** Another isolate: it sees the same nodes and remembers nothing. */
  sibling(): Harness {
    const other = new Harness(this.#vars);
    return Object.assign(other, { nodes: this.nodes });
  }

  /** The same, reached elsewhere. */
  at(root: string): Harness {
    const other = this.sibling();
    other.#root = root;
    return other;
  }

  request(method: string, path: string, init: Init = {}): Promise<Response> {
    const { cf, ...rest } = init;
    const request = new Request(`${this.#root}${path}`, { method, ...rest });
    if (cf !== undefined) Object.defineProperty(request, "cf", { value: cf });
    const timing = { ELECTION_TIMEOUT_MS: "3000", HEARTBEAT_MS: "500", SLEEP_AFTER_MS: "0" };
    const vars = { REGIONS: "wnam,enam,weur", ...timing };
    return Promise.resolve(this.#app.request(request, undefined, { ...vars, ...this.#vars }));
  }

  async send(method: string, path: string, init: Init = {}): Promise<Answered> {
    const response = await this.request(method, path, init);
    const text = await response.text();
    const isJson = /json$/.test(response.headers.get("Content-Type") ?? "");
    const json = isJson && !text.startsWith("\n") && text !== "" ? parsed(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }

  append(log: string, body: BodyInit, headers: Record<string, string> = {}, query = ""): Promise<Answered> {
    const init = { body, headers: { "Content-Type": "application/json", ...headers }, duplex: "half" };
    return this.send("POST", `/v1/logs/${encodeURIComponent(log)}/records${query}`, init as RequestInit);
  }

  appendRecords(log: string, ...records: readonly unknown[]): Promise<Answered> {
    return this.append(log, JSON.stringify({ records }));
  }

  /** What only another face asks for, at the leader of `main`. */
  async command(command: Command): Promise<Answer> {
    const options = { timeoutMs: 1_000, mayHandOn: true, knownIndex: toIndex(0), knownRecoveries: 0 };
    const node = { cluster: "main", id: this.nodes.leaders.get("main") ?? 1, region: "wnam" };
    return (await this.nodes.ask(node, { kind: "command", command }, options)).answer;
  }

  /** A request with a JSON body. */
  sendJson(method: string, path: string, value: unknown, headers: Record<string, string> = {}) {
    const init = { body: JSON.stringify(value), headers: { "Content-Type": "application/json", ...headers } };
    return this.send(method, path, init);
  }

  read(log: string, query = "", accept = "application/json"): Promise<Answered> {
    return this.send("GET", `/v1/logs/${encodeURIComponent(log)}/records${query}`, {
      headers: { Accept: accept },
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A harness with one empty log. */
export async function withLog(log = "a"): Promise<Harness> {
  const harness = new Harness();
  await harness.send("PUT", `/v1/logs/${encodeURIComponent(log)}`);
  return harness;
}

/** The shape of a problem, for `toMatchObject`. */
export function problem(status: number, name: string, members: Record<string, unknown> = {}) {
  return { status, json: { type: `/problems/${name}`, status, ...members } };
}
