import { logName } from "../../http/parameters.ts";
import { isWild } from "./glob.ts";

/** A path below the stream root, without slashes at its ends. */
export function normalizedPath(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

/**
 * Whether a normalized path can name an application's stream. Logs of the system are not streams, and paths below
 * `__ds` neither.
 */
export function isStreamPath(path: string): boolean {
  return logName.safeParse(path).success;
}

/** Whether a normalized path is a pattern of such paths, in which only whole segments are `*` or `**`. */
export function isPathPattern(pattern: string): boolean {
  return isStreamPath(
    pattern
      .split("/")
      .map((segment) => (isWild(segment) ? "any" : segment))
      .join("/"),
  );
}
