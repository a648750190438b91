import type { Message } from "../../src/raft/messages.ts";
import type { Cluster } from "../raft/harness/cluster.ts";
import { demand } from "./words.ts";

const types: readonly Message["type"][] = [
  ...(["PreVote", "PreVoteResponse", "RequestVote", "RequestVoteResponse"] as const),
  ...(["AppendEntries", "AppendEntriesAccepted", "AppendEntriesRejected", "TimeoutNow"] as const),
  ...(["InstallSnapshot", "InstallSnapshotResponse", "Removed"] as const),
];

/** Selects messages in flight by `1->2`, by type, by `@7`, or all without words. There must be some. */
export function matching(cluster: Cluster, words: readonly string[]): readonly Message[] {
  const found = words.reduce((messages, word) => messages.filter(selectorOf(word)), [...cluster.pool]);
  demand(found.length > 0, "no such message is in flight");
  return found;
}

function selectorOf(word: string): (message: Message) => boolean {
  if (types.some((type) => type === word)) return ({ type }) => type === word;
  const place = /^@(\d+)$/.exec(word);
  if (place !== null) return (message) => "prevIndex" in message && message.prevIndex === Number(place[1]);
  const link = /^(\d*)->(\d*)$/.exec(word);
  demand(link !== null, `${word} is neither a link, nor a type of message, nor the index before one`);
  const [, from, to] = link;
  return (message) =>
    (from === "" || message.from === Number(from)) && (to === "" || message.to === Number(to));
}

/** Removes messages from the network. */
export function take(cluster: Cluster, messages: readonly Message[]): void {
  for (const message of messages) cluster.pool.splice(cluster.pool.indexOf(message), 1);
}
