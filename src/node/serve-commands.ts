import { answerTo } from "../transport/answer-of.ts";
import type { Answer, CommandsRequest, Failure, OutcomeAnswer } from "../transport/protocol.ts";
import { failure, type MemberParts } from "./request-context.ts";
import { serveCommand } from "./serve-command.ts";
import { Ticket } from "./ticket.ts";

/**
 * Decides commands one after another. `write` writes the rows of each, so that the next one sees them. Answers when all
 * have an answer, or at the deadline with what is true of each then.
 */
export function serveCommands(
  parts: MemberParts,
  { commands, near }: CommandsRequest,
  ticket: Ticket,
  write: () => void,
): void {
  const outcomes = {
    kind: "outcomes",
    answers: new Array<OutcomeAnswer | Failure>(commands.length),
  } as const;
  let left = commands.length;
  const each = commands.map((command, at) => {
    const give = (answer: Answer): void => {
      outcomes.answers[at] = answerTo({ kind: "command", command }, answer);
      left -= 1;
      if (left === 0) ticket.answer(outcomes);
    };
    return { command, one: new Ticket(give, () => failure(parts, "timeout")) };
  });
  ticket.ifLate = () => {
    for (const { one } of each) one.answer(one.ifLate());
    return outcomes;
  };
  for (const { command, one } of each) {
    serveCommand(parts, command, near ?? null, one);
    write();
  }
}
