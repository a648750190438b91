import { compareMarks, isMember, markOf } from "./configuration.ts";
import { traceVote } from "./election.ts";
import type { Message } from "./messages.ts";
import { committedConfiguration, type State } from "./state.ts";

/**
 * A node hears only members, and nodes that show a newer configuration than its own: they may have become members
 * since. A removed node can't show one, so it does not depose the leader. A leader that removes itself is heard to the
 * end: it acts by a configuration that it is not in.
 */
export function isHeard(state: State, message: Message): boolean {
  const { configuration, configurationIndex, base, role } = state;
  if (isMember(configuration, message.from)) return true;
  if (role.name === "leader" && role.peers.has(message.from)) return true;
  if (!("configurationIndex" in message)) return message.type === "TimeoutNow" && isOfLeader(state, message);
  const isLeaders = message.type === "AppendEntries" || message.type === "InstallSnapshot";
  const isLeaving = isLeaders && configurationIndex > base.index;
  const { recoveries, configurationIndex: index } = message;
  const newer = compareMarks({ recoveries, index }, markOf(state));
  return newer > 0 || (isLeaving && newer === 0);
}

function isOfLeader({ leader, currentTerm }: State, { from, term }: Message): boolean {
  return from === leader && term === currentTerm;
}

/** Tells a node that asks for votes, and is not in the committed configuration, that it was removed. */
export function dismissStranger(state: State, message: Message): void {
  if (message.type !== "PreVote" && message.type !== "RequestVote") return;
  traceVote(state, message, "no-member");
  const { from: to } = message;
  const committed = committedConfiguration(state);
  if (to >= committed.nextId || isMember(committed, to)) return;
  state.effects.messages.push({ type: "Removed", from: state.id, to, term: 0 });
}
