import { concat } from "./concat.ts";
import { Problem } from "./problem.ts";
import { within } from "./within.ts";

/** How long a body may take to arrive, ms. */
export const BODY_TIMEOUT_MS = 30_000;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Without a byte-order mark, which a reader of JSON may ignore (RFC 8259 §8.1). */
const jsonUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * The whole body, at most `bytesMax`. Throws the problems `body-too-large`, `body-timeout`, `unsupported-media-type` (a
 * compressed body), and `invalid-body` if it was cut off.
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  const encoding = request.headers.get("Content-Encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new Problem("unsupported-media-type", "Compressed bodies are not accepted.");
  }
  const lengthText = request.headers.get("Content-Length");
  if (lengthText === null)
    return request.body === null ? new Uint8Array() : inTime(counted(request.body, bytesMax));
  const length = Number(lengthText);
  if (length > bytesMax) throw tooLarge(bytesMax);
  const body = new Uint8Array(await inTime(request.arrayBuffer()));
  if (body.length !== length) throw cutOff();
  return body;
}

/** Reads a stream of unknown length, up to `bytesMax`. The rest stays unread. */
async function counted(stream: ReadableStream<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return concat(chunks);
      bytes += value.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      chunks.push(value);
    }
  } finally {
    reader.releaseLock();
  }
}

async function inTime<T>(reading: Promise<T>): Promise<T> {
  const late = (): Problem => new Problem("body-timeout", "The body did not arrive in time.");
  try {
    return await within(BODY_TIMEOUT_MS, reading, late);
  } catch (cause) {
    throw cause instanceof Problem ? cause : cutOff(cause);
  }
}

/** The text of a body of JSON. Throws the problem `invalid-body` if it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return jsonUtf8.decode(bytes);
  } catch (cause) {
    throw new Problem("invalid-body", "The body is not valid UTF-8.", { cause });
  }
}

/** Whether the bytes are well-formed UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The JSON value in a body. Throws the problem `invalid-body`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem("invalid-body", `The body is not valid JSON: ${reasonOf(cause)}`, { cause });
  }
}

/** The parser's reason why a text is not JSON. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function tooLarge(bytesMax: number): Problem {
  const detail = `The body has more than ${bytesMax} bytes.`;
  return new Problem("body-too-large", detail, { members: { bytes_max: bytesMax } });
}

function cutOff(cause?: unknown): Problem {
  return new Problem("invalid-body", "The body was cut off.", { cause });
}
