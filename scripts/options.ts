import { type ParseArgsConfig, parseArgs } from "node:util";

/** The address of `npm start`, if its port is free. */
export const DEFAULT_URL = "http://127.0.0.1:8787";

/** The command line was wrong; the message, which is for people, says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** `parseArgs`; throws `UsageError` if the options do not parse. */
export function parseCommandLine<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A whole number within bounds, from an option's text; throws `UsageError`. */
export function integerOption(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not "${text}"`);
}

/** An address of a cluster; throws `UsageError`. */
export function urlOption(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url.origin;
  throw new UsageError(`--url takes an http or https address, not "${text}"`);
}

/** Runs a program: a wrong command line exits with 2, any other failure with 1, both with a message. */
export async function runProgram(usage: string, main: () => Promise<void>): Promise<void> {
  try {
    if (process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) {
      console.log(usage);
      return;
    }
    await main();
  } catch (error) {
    const wrongUsage = error instanceof UsageError;
    console.error(wrongUsage ? `${error.message}\n\n${usage}` : describeError(error));
    process.exitCode = wrongUsage ? 2 : 1;
  }
}

/** The error of `fetch` says only that it failed; the reason is in its cause. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${describeError(error.cause)}` : error.message;
}
