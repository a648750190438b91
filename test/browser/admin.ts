import { requestJson } from "../../scripts/files/http.ts";

const ADMIN_TOKEN = "an-administrator";

/** Signs the tokens of pages. */
export const JWT_SECRET = "a secret of a good length, for tests";

/** The variables of a cluster that asks for tokens; pages of `origins` may use it. */
export const securedFor = (...origins: readonly string[]) => ({
  vars: { ADMIN_TOKEN, JWT_SECRET, CORS_ORIGINS: origins.join() },
});

/** The requests of an administrator during a test; each is repeated until it is answered. */
export class Admin {
  readonly #url: () => string;

  constructor(url: () => string) {
    this.#url = url;
  }

  createLog(log: string): Promise<unknown> {
    return this.#send("PUT", `/v1/logs/${log}`);
  }

  /** The log's next sequence number. */
  async tail(log: string): Promise<number> {
    const { tail } = (await this.#send("GET", `/v1/logs/${log}`)) as { readonly tail: number };
    return tail;
  }

  /** Appends a text, once. */
  append(
    log: string,
    producer: { readonly id: string; readonly seq: number },
    text: string,
  ): Promise<unknown> {
    const headers = {
      "Producer-Id": producer.id,
      "Producer-Epoch": "0",
      "Producer-Seq": String(producer.seq),
    };
    return this.#send("POST", `/v1/logs/${log}/records`, text, { "Content-Type": "text/plain", ...headers });
  }

  /** Moves leadership to a node, and crashes it. */
  async crashAsLeader(node: number): Promise<void> {
    await this.#send("POST", "/v1/clusters/main/leader", JSON.stringify({ node }), {
      "Content-Type": "application/json",
    });
    await this.#send("POST", `/v1/local/nodes/${node}/abort`);
  }

  #send(method: string, path: string, body: string | null = null, headers: Record<string, string> = {}) {
    const init = { method, body, headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, ...headers } };
    return requestJson(new URL(path, this.#url()), init);
  }
}
