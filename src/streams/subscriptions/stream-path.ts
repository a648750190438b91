import { logName } from "../../http/parameters.ts";
import { isWild } from "./glob.ts";

/** A path below the stream root, without slashes at its ends. */
export function normalizedPath(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

/** Whether a normalized path can name an application's stream: the system's logs are none, and `__ds` leads to none. */
export function isStreamPath(path: string): boolean {
  return logName.safeParse(path).success;
}

/** Whether a normalized path is a pattern of such paths: a `*` stands alone in its segment, or twice. */
export function isPathPattern(pattern: string): boolean {
  return isStreamPath(
    pattern
      .split("/")
      .map((segment) => (isWild(segment) ? "any" : segment))
      .join("/"),
  );
}
