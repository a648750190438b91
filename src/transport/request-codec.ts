import { CodecError } from "../log/codec-error.ts";
import { completedCommand } from "../log/commands.ts";
import { pack, unpack } from "../log/packed.ts";
import { plainState } from "../log/state.ts";
import { type LogState, type Seq, toSeq } from "../log/types.ts";
import { type Index, toIndex } from "../raft/types.ts";
import { type AnswerOf, answerTo, isKnown } from "./answer-of.ts";
import type { Answer, Members, Reply, Request } from "./protocol.ts";

/** A request, and the information that carries it. */
export interface NodeCall {
  readonly request: Request;
  /** The answer must come within this time, ms. */
  readonly timeoutMs: number;
  /** It comes from a peer, and must not be handed on again. */
  readonly forwarded: boolean;
  /** The caller routes by the members of this configuration. Null if it does not need to know of newer ones. */
  readonly knownIndex: Index | null;
  /** Its forced recoveries: see `compareMarks`. */
  readonly knownRecoveries: number;
}

/** Requests and answers travel as maps, so that a version can add a member and the previous one ignores it. */
export const encodeCall = (call: NodeCall): Uint8Array => pack([call]);

/** Decodes what `encodeCall` gave. Throws `CodecError`. */
export function decodeCall(body: Uint8Array): NodeCall {
  const call = withMember<NodeCall>(unpack(body)[0], "request");
  return {
    ...call,
    request: toRequest(call.request),
    knownIndex: call.knownIndex ?? null,
    knownRecoveries: call.knownRecoveries ?? 0,
  };
}

/** A node must not accept a request that it can't serve. */
function toRequest(request: Request): Request {
  if (!isKnown(request)) throw new CodecError("a request is of no known kind");
  switch (request.kind) {
    case "command":
      return { ...request, command: completedCommand(request.command) };
    case "commands":
      return { ...request, commands: request.commands.map(completedCommand) };
    case "read-index":
    case "transfer":
    case "members":
    case "recover":
    case "query":
      return request;
  }
}

/** The members come second. The previous version reads and sends only the first. */
export const encodeReply = ({ answer, members }: Reply): Uint8Array => pack([answer, members]);

/** Decodes what `encodeReply` gave, as an answer to `request`. Throws `CodecError`. */
export function decodeReply<R extends Request>(request: R, body: Uint8Array): Reply<AnswerOf<R>> {
  const [answer, members = null] = unpack(body);
  return {
    answer: answerTo(request, toAnswer(withMember<Answer>(answer, "kind"))),
    members: members === null ? null : toMembers(members),
  };
}

/** The previous version sends only where a log begins. All else gets its default. */
function toAnswer(answer: Answer): Answer {
  if (answer.kind !== "result") return answer;
  const { result } = answer;
  if (result.kind !== "page" && result.kind !== "description") return answer;
  const sent: { readonly state?: LogState; readonly earliest?: Seq } = result;
  if (sent.state !== undefined) return answer;
  const state = plainState(sent.earliest ?? toSeq(0), 0);
  const unsaid = { log: toIndex(0), bytes: 0, timestamp: 0 };
  return { ...answer, result: { ...unsaid, ...result, state } };
}

/** The previous version does not send the number of recoveries. */
function toMembers(value: unknown): Members {
  const members = withMember<Members>(value, "configurationIndex");
  return { ...members, recoveries: members.recoveries ?? 0 };
}

/** Both ends are this program, at most one version apart, so only the outline is checked. */
function withMember<T>(value: unknown, member: keyof T): T {
  if (typeof value !== "object" || value === null || !(member in value)) {
    throw new CodecError(`a message without ${String(member)}`);
  }
  return value as T;
}
