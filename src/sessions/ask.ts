import type { Command } from "../log/types.ts";
import type { AnswerOf } from "../transport/answer-of.ts";
import type { Answer, CommandRequest, CommandsRequest, Request } from "../transport/protocol.ts";

/** The node of a session, which serves its requests. */
export interface AskableNode {
  readonly ask: Ask;
  /** Ms since the epoch. */
  now(): number;
  pause(ms: number): Promise<void>;
}

export type Ask = <R extends Request>(request: R) => Promise<AnswerOf<R>>;

/** How long to look for a leader, ms: an election may be under way. */
const patienceMs = 10_000;
const retryMs = 50;

/**
 * Asks until the node knows a leader that serves: a node that has just woken learns of it with the next heartbeat. Asks
 * again only if nothing has happened.
 */
export async function askPatiently<R extends Request>(node: AskableNode, request: R): Promise<AnswerOf<R>> {
  const deadline = node.now() + patienceMs;
  for (;;) {
    const answer = await node.ask(request);
    if (!isUndone(answer) || node.now() >= deadline) return answer;
    await node.pause(retryMs);
  }
}

interface Asking<C extends Command> {
  readonly command: C;
  /** Its position among all commands. */
  readonly at: number;
}

/**
 * Sends all commands at once. Those that found no leader, and come after the last that may have happened, are sent
 * again, so that commands happen in their order or not at all. Later ones that the state of the log forbade are sent
 * again too, because that was the state without the earlier ones. A command that failed for another reason, like
 * `busy`, has not happened, and does not hold up the others. Each is answered once.
 */
export async function askInOrder<C extends Command>(
  node: AskableNode,
  commands: readonly C[],
  answer: (at: number, answer: AnswerOf<CommandRequest<C>>) => void,
): Promise<void> {
  const deadline = node.now() + patienceMs;
  let left: readonly Asking<C>[] = commands.map((command, at) => ({ command, at }));
  while (left.length > 0) {
    const request: CommandsRequest<C> = { kind: "commands", commands: left.map(({ command }) => command) };
    const asked: AnswerOf<CommandsRequest<C>> = await node.ask(request);
    const told = left.map((one, nth) => ({ ...one, answer: answerIn(asked, nth) }));
    const isLate = node.now() >= deadline;
    const again = new Set(isLate ? [] : toBeAskedAnew(told));
    for (const one of told) if (!again.has(one)) answer(one.at, one.answer);
    left = [...again];
    if (left.length > 0) await node.pause(retryMs);
  }
}

/** The commands to send again: after the last that may have happened, from the first on that found no leader. */
function toBeAskedAnew<T extends { readonly answer: Answer }>(told: readonly T[]): readonly T[] {
  const open = told.slice(told.findLastIndex(({ answer }) => mayHaveHappened(answer)) + 1);
  const first = open.findIndex(({ answer }) => isUndone(answer));
  if (first === -1) return [];
  return open.slice(first).filter(({ answer }) => isUndone(answer) || isForbidden(answer));
}

/** The answer to the command at this position. If the request failed as a whole, it failed for each. */
function answerIn<C extends Command>(
  asked: AnswerOf<CommandsRequest<C>>,
  nth: number,
): AnswerOf<CommandRequest<C>> {
  const answer = asked.kind === "outcomes" ? asked.answers[nth] : asked;
  if (answer === undefined) throw new Error("a command has no answer");
  return answer;
}

/** Only one failure leaves open whether it happened. */
function mayHaveHappened(answer: Answer): boolean {
  return answer.kind === "failure" ? answer.reason === "outcome-unknown" : !isForbidden(answer);
}

/** Whether the state of the log forbade it. */
function isForbidden(answer: Answer): boolean {
  return answer.kind === "outcome" && answer.outcome.kind === "refused";
}

/** Whether no leader was found, so that it can be sent again. */
function isUndone(answer: Answer): boolean {
  return answer.kind === "failure" && (answer.reason === "not-leader" || answer.reason === "superseded");
}
