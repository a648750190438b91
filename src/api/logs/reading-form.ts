import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import type { PageFormat, ReadFormat } from "../../http/media-type.ts";
import { invalidRequest } from "../../http/validation.ts";
import { isUpgrade } from "../../http/web-socket.ts";

/** How records are read: as a page, or by following the log. */
export type ReadingForm =
  | { readonly form: "page"; readonly format: PageFormat }
  | { readonly form: "events" | "socket"; readonly format: null };

/** The parameters that each form refuses. `If-None-Match` is not among them, because caches add it by themselves. */
const foreign: Readonly<
  Record<
    ReadingForm["form"],
    { readonly called: string; readonly query: readonly string[]; readonly header: readonly string[] }
  >
> = {
  page: { called: "a page", query: [], header: ["Last-Event-ID"] },
  events: { called: "an event stream", query: ["until", "limit", "max_bytes"], header: [] },
  socket: {
    called: "a WebSocket",
    query: ["until", "limit", "max_bytes", "wait"],
    header: ["Last-Event-ID"],
  },
};

/** The form that a request asks for. Throws the problem `invalid-request` for parameters that have no meaning there. */
export function readingForm(c: Context<AppEnv>, format: ReadFormat): ReadingForm {
  const asked = formOf(c, format);
  const { called, query, header } = foreign[asked.form];
  const issueOf = (name: string) => ({ path: [name], message: `is not for ${called}` });
  const parameters = query.filter((name) => c.req.query(name) !== undefined);
  if (parameters.length > 0) throw invalidRequest("query", parameters.map(issueOf));
  // An empty one counts as absent.
  const headers = header.filter((name) => (c.req.header(name) ?? "") !== "");
  if (headers.length > 0) throw invalidRequest("header", headers.map(issueOf));
  return asked;
}

function formOf(c: Context<AppEnv>, format: ReadFormat): ReadingForm {
  if (isUpgrade(c)) return { form: "socket", format: null };
  return format === "events" ? { form: "events", format: null } : { form: "page", format };
}
