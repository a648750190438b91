import type { FinalLogs, Follow } from "../history.ts";
import { brief } from "./brief.ts";

/**
 * Judges what followers got: each record from their first one to the end of the log, once and in order, whatever
 * happened to their connections, and the end of a closed log.
 */
export function judgeFollows(
  follows: readonly Follow[],
  logs: FinalLogs,
  closed: ReadonlySet<string>,
): readonly string[] {
  return follows.flatMap((follow) => {
    const texts = logs.get(follow.log) ?? [];
    const faults = [...follow.faults, ...firstFault(follow, texts), ...endFault(follow, closed)];
    return faults.map((what) => `${follow.log}: ${follow.follower} ${what}`);
  });
}

/** Only the first fault, because later ones are probably its consequences. */
function firstFault({ from, seen }: Follow, texts: readonly string[]): readonly string[] {
  if (from === null) return ["never began"];
  for (const [at, { seq, text }] of seen.entries()) {
    const wanted = from + at;
    if (text !== texts[wanted]) return [misfit(text, wanted, texts)];
    if (seq !== null && seq !== wanted) return [`was told that record ${wanted} is ${seq}`];
  }
  const end = from + seen.length;
  return end < texts.length ? [`got nothing from ${end} on; the log ends at ${texts.length}`] : [];
}

function misfit(text: string, wanted: number, texts: readonly string[]): string {
  const seq = texts.indexOf(text);
  if (seq === -1) return `got at ${wanted} what is not in the log: ${brief(text)}`;
  if (seq > wanted) return `got record ${seq} in the place of ${wanted}: it skipped, or was out of order`;
  return `got record ${seq} in the place of ${wanted}: it came again, or out of order`;
}

function endFault({ log, isEnded }: Follow, closed: ReadonlySet<string>): readonly string[] {
  if (isEnded === closed.has(log)) return [];
  return [isEnded ? "heard that the log is closed, and it is not" : "never heard that the log is closed"];
}
