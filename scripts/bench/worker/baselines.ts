import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly FLOOR: DurableObjectNamespace<Floor>;
  readonly NAIVE: DurableObjectNamespace<Naive>;
}

/** Measures the cost that every object has. */
export class Floor extends DurableObject {
  override fetch(): Response {
    return new Response(null, { status: 204 });
  }
}

/** An append-only log as you would write it yourself: one unreplicated object, one row for each request body. */
export class Naive extends DurableObject {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec("CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)");
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.method === "GET") return this.#page(new URL(request.url).searchParams);
    const body = await request.text();
    return Response.json(this.#sql.exec("INSERT INTO records (body) VALUES (?) RETURNING seq", body).one());
  }

  #page(query: URLSearchParams): Response {
    const records = this.#sql.exec(
      "SELECT seq, body AS data FROM records WHERE seq > ? ORDER BY seq LIMIT ?",
      Number(query.get("from")),
      Number(query.get("limit")),
    );
    return Response.json({ records: records.toArray() });
  }
}

// biome-ignore lint/style/noDefaultExport: the entry point of a Worker is its default export.
export default {
  fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === "/floor") return env.FLOOR.getByName("floor").fetch(request);
    // Every other path is a separate log.
    return env.NAIVE.getByName(new URL(request.url).pathname).fetch(request);
  },
};
