import type { Mutant } from "./mutant.ts";

/** Faults in logs, their forks, time limits and consumers, and in which rows are dead. */
export const logMutants: readonly Mutant[] = [
  {
    name: "rows are dead by what is not committed yet",
    file: "src/storage/sqlite.ts",
    original: "removeDeadRows(rows, this.view(mark.index), ",
    fault: "removeDeadRows(rows, this.view(Number.MAX_SAFE_INTEGER as Index), ",
  },
  {
    name: "a batch goes with a trim that ends inside it",
    file: "src/storage/sqlite-dead.ts",
    original: "start < ?3 AND start + count <= ?3 AND",
    fault: "start < ?3 AND",
  },
  {
    name: "a document goes with the value that replaces it",
    file: "src/storage/sqlite-dead.ts",
    original: '"log = ? AND key = ? AND idx < ?"',
    fault: '"log = ? AND key = ? AND idx <= ?"',
  },
  {
    name: "a trim goes back",
    file: "src/log/decide-change.ts",
    original: "if (before <= subject.life.state.earliest) return unchanged(subject);",
    fault: "if (before < 0) return unchanged(subject);",
  },
  {
    name: "half of a snapshot says what is dead",
    file: "src/node/compaction.ts",
    original: "if (index === this.#cleanTo || index < readableIndex) return false;",
    fault: "if (index === this.#cleanTo || readableIndex < 0) return false;",
  },
  {
    name: "a fork does not hold its source's records",
    file: "src/log/forks.ts",
    original: "return Math.min(own, ...forks);",
    fault: "return Math.min(own, ...forks.slice(0, 0));",
  },
  {
    name: "a fork of a fork does not hold the first source",
    file: "src/log/forks.ts",
    original: "const first = firstNeeded(fork, view);",
    fault: "const first = presentLife(fork, view)?.state.earliest ?? Number.POSITIVE_INFINITY;",
  },
  {
    name: "a name is used again while forks hold its log",
    file: "src/log/decide-create.ts",
    original: 'if (newest !== null && isHeld(newest.id, view)) return refuse({ reason: "log-gone" });',
    fault: "",
  },
  {
    name: "a fork shows what its source appended later",
    file: "src/node/spans.ts",
    original: "    until: Math.min(until, part.until),\n",
    fault: "    until,\n",
  },
  {
    name: "a fork cuts no batch of its source",
    file: "src/node/spans.ts",
    original: "const count = Math.min(batch.count, until - batch.start);",
    fault: "const count = Math.min(batch.count, until);",
  },
  {
    name: "a closed log takes an append",
    file: "src/log/decide-append.ts",
    original: 'if (state.closed) return { reason: "log-closed", tail };',
    fault: "",
  },
  {
    name: "an append that closes a log leaves it open",
    file: "src/log/decide-append.ts",
    original: "...(closes ? { closed: true, closedBy: producer } : {}),",
    fault: "...(closes ? { closedBy: producer } : {}),",
  },
  {
    name: "a sweep sees only what is committed",
    file: "src/node/sweeper.ts",
    original: "const page = this.#storage.swept(this.#lastIndex, logsMax, lastIndex);\n",
    fault: `const { commitIndex } = this.#raft.state;
    const page = this.#storage.swept(this.#lastIndex, logsMax, commitIndex);\n`,
  },
  {
    name: "a read that left no entry does not prolong a log's time",
    file: "src/log/state.ts",
    original: "now - timestamp >= ttlSeconds * 1_000 * (1 + renewalShare);",
    fault: "now - timestamp >= ttlSeconds * 1_000;",
  },
  {
    name: "a log's time is over a little early",
    file: "src/log/state.ts",
    original: "if (expiresAt !== null && now >= expiresAt) return true;",
    fault: "if (expiresAt !== null && now >= expiresAt - 20) return true;",
  },
  {
    name: "retention by number keeps one too few",
    file: "src/log/sweep.ts",
    original: "bounds.push(tail.seq - records);",
    fault: "bounds.push(tail.seq - records + 1);",
  },
  {
    name: "a sweep is a use of the log",
    file: "src/log/sweep.ts",
    original: "timestamp: tail.timestamp };",
    fault: "timestamp: Math.max(now, tail.timestamp) };",
  },
  {
    name: "a leader without peers never sweeps",
    file: "src/node/sweeper.ts",
    original: "role.peers.size === 0 && quiesce === null",
    fault: "role.peers.size < 0 && quiesce === null",
  },
  {
    name: "trimmed records stay where the trim was left out of a snapshot",
    file: "src/storage/dead.ts",
    original: "(index <= readableIndex && isTrimmed(view.lifeOf(log)))",
    fault: "(readableIndex < 0 && isTrimmed(view.lifeOf(log)))",
  },
  {
    name: "the batch goes with a state that is replaced",
    file: "src/storage/sqlite-dead.ts",
    original: '"idx = ?2 AND count = 0 AND producer IS NULL"',
    fault: '"idx = ?2"',
  },
  {
    name: "what a snapshot left without a state stays",
    file: "src/storage/dead.ts",
    original: "      room -= removeStrays(rows, room);\n",
    fault: "",
  },
  {
    name: "a fork that is over frees nothing",
    file: "src/storage/dead.ts",
    original: "return removed + reap(judgement, source, now, rowsMax - removed);",
    fault: "return removed;",
  },
  {
    name: "a lease excludes no one",
    file: "src/log/decide-document.ts",
    original: 'if (lease !== null && lease.holder !== holder) return { reason: "lease-held", lease };',
    fault: "",
  },
  {
    name: "a lease that is over still lets its holder move",
    file: "src/log/decide-document.ts",
    original: 'if (lease === null && movesUnder) return { reason: "lease-held", lease };',
    fault: "",
  },
  {
    name: "a lease ends a little early",
    file: "src/log/decide-document.ts",
    original: "return lease !== null && now < lease.until ? lease : null;",
    fault: "return lease !== null && now < lease.until - 20 ? lease : null;",
  },
  {
    name: "a consumer is written to whatever its version",
    file: "src/log/decide-document.ts",
    original:
      'if (expectedVersion !== null && expectedVersion !== version) return { reason: "version-mismatch", version };\n  return position',
    fault: "return position",
  },
  {
    name: "a consumer is judged by what is committed",
    file: "src/node/serve-command.ts",
    original:
      "const { lastIndex } = parts.raft.state;\n  const decision = decide(command, parts.host.storage.view(lastIndex)",
    fault:
      'const { lastIndex, commitIndex } = parts.raft.state;\n  const upTo = command.kind === "consumer" ? commitIndex : lastIndex;\n  const decision = decide(command, parts.host.storage.view(upTo)',
  },
  {
    name: "readers that wait hear nothing of what a snapshot brings",
    file: "src/node/settlement.ts",
    original: "if (told < snapshot.index) this.#waiting.allChanged();",
    fault: "if (told < snapshot.index) return;",
  },
  {
    name: "followers hear of a commit with the next heartbeat",
    file: "src/node/member.ts",
    original: "if (this.#willAnnounce || !this.raft.hasNews) return;",
    fault: "if (!this.#willAnnounce) return;",
  },
];
