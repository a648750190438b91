import { requestJson } from "./http.ts";
import { type JsonRecord, recordToBytes } from "./records.ts";

const PAGE_RECORDS = 1_000;

export interface ReadLogOptions {
  /** The address of the cluster. */
  readonly url: string;
  readonly log: string;
  /** A sequence number, `earliest`, `tail`, or `-N` for the last N records. */
  readonly from: string;
  /** Called with the reason when there is no answer yet. */
  readonly onSilence?: (why: string) => void;
  /** Called with the number of records read so far, and the total. */
  readonly onProgress: (done: number, total: number) => void;
}

interface Page {
  readonly records: readonly JsonRecord[];
  readonly next: number;
  readonly tail: number;
  readonly complete: boolean;
}

/**
 * The lines of a log up to its tail, in the same bytes as before they were appended, one page at a time.
 * Throws `RefusedError` and `UnavailableError`.
 */
export async function* readLog(options: ReadLogOptions): AsyncGenerator<Buffer> {
  const url = new URL(`/v1/logs/${encodeURIComponent(options.log)}/records`, options.url);
  let from = options.from;
  let done = 0;
  for (;;) {
    url.search = new URLSearchParams({ from, limit: String(PAGE_RECORDS) }).toString();
    const init = { headers: { Accept: "application/json" } };
    const page = await requestJson<Page>(url, init, options.onSilence);
    yield Buffer.concat(page.records.map(recordToBytes));
    done += page.records.length;
    options.onProgress(done, done + page.tail - page.next);
    if (page.complete) return;
    from = String(page.next);
  }
}
