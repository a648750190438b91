import { requestJson } from "../../scripts/files/http.ts";

const ADMIN_TOKEN = "an-administrator";

/** Signs the tokens of pages. */
export const JWT_SECRET = "a secret of a good length, for tests";

/** What a cluster that asks for tokens is started with; pages of `origins` may use it. */
export const securedFor = (...origins: readonly string[]) => ({
  vars: { ADMIN_TOKEN, JWT_SECRET, CORS_ORIGINS: origins.join() },
});

/** What an administrator does to a cluster meanwhile; each request is repeated until it is answered. */
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

  #send(method: string, path: string): Promise<unknown> {
    const init = { method, headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } };
    return requestJson(new URL(path, this.#url()), init);
  }
}
