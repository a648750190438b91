import type { Mutant } from "./mutant.ts";

/** Faults in how nodes agree on a log of entries. */
export const raftMutants: readonly Mutant[] = [
  {
    name: "commit an older term's entry by counting",
    file: "src/raft/answers.ts",
    original: "if (held < leader.termStart || held <= state.commitIndex) return;",
    fault: "if (held <= state.commitIndex) return;",
  },
  {
    name: "forget to persist the vote",
    file: "src/raft/effects.ts",
    original: "hardStateChanged ? { currentTerm, votedFor } : null",
    fault: "hardStateChanged ? { currentTerm, votedFor: null } : null",
  },
  {
    name: "grant a vote to an older log",
    file: "src/raft/election.ts",
    original:
      "return lastTerm > state.lastTerm || (lastTerm === state.lastTerm && lastIndex >= state.lastIndex);",
    fault: "return lastTerm >= 0 || lastIndex >= state.lastIndex;",
  },
  {
    name: "skip the previous-entry check",
    file: "src/raft/follower.ts",
    original: "if (!isKnown && termAt(state, message.prevIndex) !== message.prevTerm) {",
    fault: "if (!isKnown && termAt(state, message.prevIndex) === null) {",
  },
  {
    name: "a follower acknowledges before persisting",
    file: "src/node/member.ts",
    original: "        this.#take(this.raft.ready(), outbox, reply);\n      }\n    });",
    fault: `        const ready = this.raft.ready();
        const answers = ready.afterPersist.messages;
        if (answers[0]?.type === "AppendEntriesAccepted") give(answers);
        this.#take(ready, outbox, reply);
      }
    });`,
  },
  {
    name: "a truncated proposal reported as success",
    file: "src/node/request-context.ts",
    original: 'isCommitted ? answer : failure(parts, "superseded")',
    fault: "answer",
  },
  {
    name: "commit up to the last index, not the last new one",
    file: "src/raft/follower.ts",
    original: "Math.min(message.commitIndex, lastNewIndex)",
    fault: "Math.min(message.commitIndex, state.lastIndex)",
  },
  {
    name: "a request for votes goes back with an answer",
    file: "src/node/outbox.ts",
    original: "message.to === reply.to && isAnswer(message)",
    fault: "message.to === reply.to",
  },
  {
    name: "an old term's round confirms a read",
    file: "src/raft/receive.ts",
    original: "const none = {\n      round: 0,",
    fault: 'const none = {\n      round: message.type === "AppendEntries" ? message.round : 0,',
  },
  {
    name: "a read needs no confirmation",
    file: "src/raft/reads.ts",
    original: "round <= reads.confirmedRound && index <= state.commitIndex;",
    fault: "round > 0 && index <= state.commitIndex;",
  },
  {
    name: "a refusal does not confirm leadership",
    file: "src/node/serve-command.ts",
    original: "confirm(parts, lastIndex, ticket, () => ticket.answer(toAnswer(decision.outcome)));",
    fault: "ticket.answer(toAnswer(decision.outcome));",
  },
  {
    name: "a leader counts its own copy before it is durable",
    file: "src/raft/answers.ts",
    original: "leader.peers.get(id)?.matchIndex ?? leader.durableIndex",
    fault: "leader.peers.get(id)?.matchIndex ?? state.lastIndex",
  },
  {
    name: "members are added without a joint configuration",
    file: "src/raft/membership.ts",
    original: "    learners: ids,\n    leaving: remove,\n",
    fault: "    voters: [...before.voters.filter((id) => !remove.includes(id)), ...ids],\n",
  },
  {
    name: "a joint configuration commits by the new majority alone",
    file: "src/raft/quorum.ts",
    original: "Math.min(byNew, reachedBy(outgoing, reached))",
    fault: "byNew",
  },
  {
    name: "a joint configuration elects by the new majority alone",
    file: "src/raft/quorum.ts",
    original: "outgoing.length === 0 ? byNew : resultAmong(outgoing, votes)",
    fault: "byNew",
  },
  {
    name: "a log that is cut keeps its configuration",
    file: "src/raft/follower.ts",
    original: "if (state.configurationIndex >= index) adoptConfiguration",
    fault: "if (state.configurationIndex > state.commitIndex + 1e9) adoptConfiguration",
  },
  {
    name: "a second change while the first is not committed",
    file: "src/raft/membership.ts",
    original: "if (isJoint(configuration) || configurationIndex > commitIndex) return",
    fault: "if (isJoint(configuration)) return",
  },
  {
    name: "a joint configuration is left before it is committed",
    file: "src/raft/membership.ts",
    original: "if (commitIndex < leader.termStart || configurationIndex > commitIndex) return;",
    fault: "if (commitIndex < leader.termStart) return;",
  },
  {
    name: "an older snapshot rewinds",
    file: "src/raft/install-snapshot.ts",
    original: "if (prevIndex <= state.commitIndex && lastIndex > state.commitIndex) install",
    fault: "if (prevIndex <= state.commitIndex) install",
  },
  {
    name: "a segment past what is committed is taken",
    file: "src/raft/install-snapshot.ts",
    original: "if (prevIndex <= state.commitIndex && lastIndex > state.commitIndex) install",
    fault: "if (lastIndex > state.commitIndex) install",
  },
  {
    name: "a snapshot truncates a suffix that matches",
    file: "src/raft/install-snapshot.ts",
    original: "  if (isThere) return;\n",
    fault: "  if (isThere && state.lastIndex === index) return;\n",
  },
  {
    name: "a superseded object goes on",
    file: "src/node/member.ts",
    original: "    this.#host.storage.assertCurrent();\n",
    fault: "",
  },
  {
    name: "an alarm that was lost is never set again",
    file: "src/node/alarm.ts",
    original: "this.#at !== null && now - this.#at > this.#lostAfterMs;",
    fault: "this.#at !== null && now - this.#at > Number.POSITIVE_INFINITY;",
  },
  {
    name: "a damaged entry is taken",
    file: "src/raft/sound.ts",
    original: "isSound: damaged === 0 && inOrder",
    fault: "isSound: inOrder",
  },
  {
    name: "a request that was answered is still counted",
    file: "src/node/load.ts",
    original: "this.requests -= 1;",
    fault: "this.requests -= readers;",
  },
  {
    name: "a fallen leader's reads wait on",
    file: "src/node/settlement.ts",
    original: 'if (role.name !== "leader") this.#waiting.loseReads();',
    fault: "",
  },
  {
    name: "a node that wakes leaves its mark on the disk",
    file: "src/raft/quiesce.ts",
    original: "  state.quiesce = null;\n  state.effects.quiesceChanged = true;",
    fault: "  state.quiesce = null;",
  },
  {
    name: "a leader that resumes its term begins its rounds anew",
    file: "src/raft/leader.ts",
    original: "reads: { ...noReads(), round, confirmedRound: round },",
    fault: "reads: noReads(),",
  },
  {
    name: "a leader sleeps before all have said that they do",
    file: "src/raft/quiesce.ts",
    original: "every(({ quiescedRound }) => quiescedRound >= round)",
    fault: "every(({ quiescedRound }) => quiescedRound >= 0)",
  },
  {
    name: "an answer to an earlier rest counts for this one",
    file: "src/raft/answers.ts",
    original: "progress.quiescedRound = Math.max(progress.quiescedRound, message.round);",
    fault: "progress.quiescedRound = leader.reads.round;",
  },
  {
    name: "a follower that needs its leader sleeps on",
    file: "src/raft/raft.ts",
    original: "    if (state.quiesce !== null) wake(state, now);\n    else if",
    fault: '    if (state.quiesce !== null && state.role.name === "leader") wake(state, now);\n    else if',
  },
  {
    name: "a late heartbeat puts a node to sleep that holds more",
    file: "src/raft/follower.ts",
    original: "if (message.quiesce && lastNewIndex === state.lastIndex) {",
    fault: "if (message.quiesce) {",
  },
  {
    name: "a member that has not heard of a change hears no new member",
    file: "src/raft/heard.ts",
    original: "return newer > 0 || (isLeaving && newer === 0);",
    fault: "return newer > 1e9;",
  },
  {
    name: "a learner becomes a voter at once",
    file: "src/raft/membership.ts",
    original: "return isDone && silentMs < options.electionTimeoutMs;",
    fault: "return isDone || silentMs < options.electionTimeoutMs;",
  },
  {
    name: "a stranger is heard",
    file: "src/raft/heard.ts",
    original: "return newer > 0 || (isLeaving && newer === 0);",
    fault: "return newer !== 1e9;",
  },
  {
    name: "a stranger's answers are heard",
    file: "src/raft/heard.ts",
    original:
      'if (!("configurationIndex" in message)) return message.type === "TimeoutNow" && isOfLeader(state, message);',
    fault: 'if (!("configurationIndex" in message)) return true;',
  },
];
