import type { Command } from "../log/types.ts";
import type { AnswerOf } from "../transport/answer-of.ts";
import type { Answer, CommandRequest, CommandsRequest, Request } from "../transport/protocol.ts";

/** The node at which a session is, as it is asked. */
export interface AskableNode {
  readonly ask: Ask;
  /** Ms since the epoch. */
  now(): number;
  pause(ms: number): Promise<void>;
}

export type Ask = <R extends Request>(request: R) => Promise<AnswerOf<R>>;

/** How long a leader is looked for, ms: an election may be under way. */
const patienceMs = 10_000;
const retryMs = 50;

/**
 * Asks until the node knows a leader that serves: one that has just woken hears of it with the next heartbeat. Asks
 * anew only where nothing has happened.
 */
export async function askPatiently<R extends Request>(node: AskableNode, request: R): Promise<AnswerOf<R>> {
  const deadline = node.now() + patienceMs;
  for (;;) {
    const answer = await node.ask(request);
    if (!isUndone(answer) || node.now() >= deadline) return answer;
    await node.pause(retryMs);
  }
}

/**
 * Asks for all commands at once, and as patiently anew for those after the last that may have happened: so they happen
 * in their order, or not at all. Each is answered once.
 */
export async function askInOrder<C extends Command>(
  node: AskableNode,
  commands: readonly C[],
  answer: (at: number, answer: AnswerOf<CommandRequest<C>>) => void,
): Promise<void> {
  const deadline = node.now() + patienceMs;
  let first = 0;
  while (first < commands.length) {
    const left = commands.slice(first);
    const request: CommandsRequest<C> = { kind: "commands", commands: left };
    const asked: AnswerOf<CommandsRequest<C>> = await node.ask(request);
    const answers = asked.kind === "outcomes" ? asked.answers : left.map(() => asked);
    const isLate = node.now() >= deadline;
    const done = isLate ? answers.length : answers.findLastIndex((one) => !isUndone(one)) + 1;
    for (const [at, one] of answers.slice(0, done).entries()) answer(first + at, one);
    first += done;
    if (first < commands.length) await node.pause(retryMs);
  }
}

function isUndone(answer: Answer): boolean {
  return answer.kind === "failure" && (answer.reason === "not-leader" || answer.reason === "superseded");
}
