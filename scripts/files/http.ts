import { setTimeout } from "node:timers/promises";
import { describeError } from "../options.ts";

/** The time of one attempt, ms: longer than the server tries to find a leader. */
const ATTEMPT_TIMEOUT_MS = 30_000;
/** After this time without an answer, the request is given up, ms. */
export const PATIENCE_MS = 60_000;
/** Request timeout, too many requests. */
const RETRIABLE_STATUSES = [408, 429];
const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 2_000;

/** The server refused the request, and a retry would not help. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** For too long, the server could not be reached or could not serve. The request may have taken effect. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/**
 * Sends a request that is safe to repeat, and repeats it until it is answered: after network errors and 5xx
 * answers, including an unknown outcome. Returns the JSON of the answer (undefined if it has no body). Throws
 * `RefusedError` and `UnavailableError`. Calls `onSilence` with the reason each time there was no answer.
 */
export async function requestJson<T>(
  url: URL,
  init: RequestInit = {},
  onSilence?: (why: string) => void,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let backoffMs = BACKOFF_MIN_MS; ; backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS)) {
    const failure = await attempt<T>(url, init);
    if ("answer" in failure) return failure.answer;
    if (performance.now() + backoffMs > deadline) throw new UnavailableError(failure.why);
    if (failure.isSilence) onSilence?.(failure.why);
    // Random, so that several clients do not retry at the same time.
    await setTimeout(backoffMs * (0.5 + Math.random()));
  }
}

/** An attempt that may be repeated; `isSilence`: there was no answer at all. */
interface Failed {
  readonly why: string;
  readonly isSilence: boolean;
}

async function attempt<T>(url: URL, init: RequestInit): Promise<{ answer: T } | Failed> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...withToken(init), signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    return { why: `${url.origin} did not answer: ${describeError(error)}`, isSilence: true };
  }
  if (response.ok) return { answer: (text === "" ? undefined : JSON.parse(text)) as T };
  const why = `${url.pathname}: ${response.status} ${problemText(text)}`;
  if (response.status >= 500 || RETRIABLE_STATUSES.includes(response.status))
    return { why, isSilence: false };
  throw new RefusedError(why);
}

/** The header that carries a token; no header if there is no token. */
export function bearer(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/**
 * Adds the token for a cluster that asks for one. It is in the environment, because an option would be in the shell's
 * history. A request that already carries a token keeps it.
 */
function withToken(init: RequestInit): RequestInit {
  const headers = new Headers(bearer(process.env.TIMBERLINE_TOKEN));
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  return { ...init, headers };
}

function problemText(text: string): string {
  try {
    const { title, detail } = JSON.parse(text) as { title?: string; detail?: string };
    return [title, detail].filter((part) => part !== undefined).join(": ");
  } catch {
    return text;
  }
}
