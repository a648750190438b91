import { createReadStream } from "node:fs";

const NEWLINE = 0x0a;

/** One line of a file. */
export interface Line {
  /** Its bytes without the newline; a carriage return before it belongs to the line. */
  readonly bytes: Buffer;
  /** False only for a last line without a newline. */
  readonly terminated: boolean;
}

/** A line is too long to be a record. */
export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";
  constructor(lineNumber: number, bytesMax: number) {
    super(`Line ${lineNumber} is longer than a record may be (${bytesMax} bytes)`);
  }
}

/**
 * The lines of a file with any bytes. It needs memory only for the longest line: a line of more than `bytesMax`
 * bytes throws `LineTooLongError` before all of it has been read.
 */
export async function* readLines(path: string, bytesMax: number): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let lineNumber = 1;
  const take = (part: Buffer): void => {
    length += part.length;
    if (length > bytesMax) throw new LineTooLongError(lineNumber, bytesMax);
    parts.push(part);
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      yield { bytes: Buffer.concat(parts), terminated: true };
      parts = [];
      length = 0;
      lineNumber += 1;
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (length > 0) yield { bytes: Buffer.concat(parts), terminated: false };
}
