import type { Attempt } from "../history.ts";

/** Problems that leave open whether the append happened. All others mean that it did not. */
const open = ["outcome-unknown", "internal"];

/** The outcome of an append that was answered with a problem (RFC 9457). */
export function attemptOf(problem: { readonly type?: unknown } | null): Attempt {
  const why = /^\/problems\/(.+)$/.exec(String(problem?.type))?.[1] ?? "no problem of ours";
  return { kind: problem === null || open.includes(why) ? "unknown" : "refused", why };
}
