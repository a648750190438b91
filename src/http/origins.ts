import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";

/** Web origins (RFC 6454) whose pages may use the API: all of them, or these. */
export type Origins = "*" | ReadonlySet<string>;

/** The variable `CORS_ORIGINS`; null if it is not set. Throws the problem `misconfigured`. */
export function originsOf({ CORS_ORIGINS: text = "" }: Pick<Env, "CORS_ORIGINS">): Origins | null {
  const list = text.trim();
  if (list === "") return null;
  return list === "*" ? list : new Set(list.split(",").map(checked));
}

/** Whether an origin is one of them. */
export function includesOrigin(origins: Origins | null, origin: string): boolean {
  return origins === "*" || origins?.has(origin) === true;
}

/** Whether it is an origin that `CORS_ORIGINS` can have, as a browser sends it. A file has none. */
export function isOrigin(text: string): boolean {
  return originIn(text) === text;
}

/** A browser compares byte by byte, so an entry in another spelling would never match. */
function checked(entry: string): string {
  const text = entry.trim();
  if (isOrigin(text)) return text;
  const origin = originIn(text);
  const how = origin === null ? "Write a list like https://app.example, or * alone." : `Write ${origin}.`;
  throw new Problem("misconfigured", `CORS_ORIGINS has "${text}", which is not an origin. ${how}`);
}

/** The origin of a URL, as a browser would send it; null if it has none. Native apps have schemes of their own. */
function originIn(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || url.host === "" || url.host.includes("*")) return null;
  return `${url.protocol}//${url.host}`;
}
