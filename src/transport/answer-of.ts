import { CodecError } from "../log/codec-error.ts";
import { type OutcomeOf, outcomeKinds } from "../log/outcome.ts";
import type { Command } from "../log/types.ts";
import type {
  Answer,
  CommandRequest,
  CommandsRequest,
  Failure,
  OutcomeAnswer,
  OutcomesAnswer,
  Query,
  QueryAnswer,
  QueryRequest,
  QueryResult,
  Request,
} from "./protocol.ts";

/** The kinds of answers to each kind of request, failures aside. */
const answerKinds = {
  command: ["outcome"],
  commands: ["outcomes"],
  "read-index": ["read-index"],
  transfer: ["transferring"],
  members: ["members", "members-refused"],
  recover: ["members", "recover-refused"],
  query: ["result"],
} as const satisfies Readonly<Record<Request["kind"], readonly Answer["kind"][]>>;

/** The kinds of results of each kind of query. */
const resultKinds = {
  page: ["page", "log-not-found", "log-gone"],
  describe: ["description", "log-not-found", "log-gone"],
  ends: ["ends"],
  names: ["names"],
  documents: ["documents", "log-not-found", "log-gone"],
} as const satisfies Readonly<Record<Query["kind"], readonly QueryResult["kind"][]>>;

/** The results that a query of this kind can have. */
export type ResultOf<Q extends Query> = Extract<
  QueryResult,
  { readonly kind: (typeof resultKinds)[Q["kind"]][number] }
>;

/** All answers to a request, failures included. */
export type AnswerOf<R extends Request> = Failure | DoneAnswer<R>;

/** The answers to a request that does not fail. */
export type DoneAnswer<R extends Request> =
  R extends CommandRequest<infer C>
    ? OutcomeAnswer<OutcomeOf<C>>
    : R extends CommandsRequest<infer C>
      ? OutcomesAnswer<OutcomeOf<C>>
      : R extends QueryRequest<infer Q>
        ? QueryAnswer<ResultOf<Q>>
        : Extract<Answer, { readonly kind: (typeof answerKinds)[R["kind"]][number] }>;

/** Whether this program knows the request. A later version may send others. */
export function isKnown(request: Request): boolean {
  if (!Object.hasOwn(answerKinds, request.kind)) return false;
  if (request.kind === "query") return Object.hasOwn(resultKinds, request.query.kind);
  if (request.kind === "command") return isKnownCommand(request.command);
  return request.kind !== "commands" || request.commands.every(isKnownCommand);
}

function isKnownCommand({ kind }: Command): boolean {
  return Object.hasOwn(outcomeKinds, kind);
}

/** `answer`, if it can be an answer to `request`. Throws `CodecError` if not. */
export function answerTo<R extends Request>(request: R, answer: Answer): AnswerOf<R> {
  if (!fits(request, answer)) throw new CodecError(`a ${request.kind} was answered with a ${answer.kind}`);
  return answer as AnswerOf<R>;
}

function fits(request: Request, answer: Answer): boolean {
  if (answer.kind === "failure") return true;
  if (!isOneOf(answerKinds[request.kind], answer.kind)) return false;
  if (answer.kind === "outcome") return request.kind !== "command" || isOutcome(request.command, answer);
  if (answer.kind === "result")
    return request.kind !== "query" || isOneOf(resultKinds[request.query.kind], answer.result.kind);
  if (answer.kind !== "outcomes" || request.kind !== "commands") return true;
  const { commands } = request;
  const { answers } = answer;
  if (answers.length !== commands.length) return false;
  return answers.every((one, at) => one.kind === "failure" || isOutcome(commands[at], one));
}

function isOutcome(command: Command | undefined, { outcome }: OutcomeAnswer): boolean {
  return outcome.kind === "refused" || (command !== undefined && outcome.kind === outcomeKinds[command.kind]);
}

function isOneOf(kinds: readonly string[], kind: string): boolean {
  return kinds.includes(kind);
}
