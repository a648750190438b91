import { assertAllowed } from "../http/auth.ts";
import { Problem } from "../http/problem.ts";
import type { FanOut } from "../node/fan-out.ts";
import type { TailEnd, TailPosition } from "../node/subscriber.ts";
import { failureProblem } from "../routing/attempts.ts";
import { AnswerOrder } from "./answer-order.ts";
import { SessionAppends } from "./appends.ts";
import type { AskableNode } from "./ask.ts";
import type { Budget } from "./budget.ts";
import {
  type AppendMessage,
  parseMessage,
  type RequestMessage,
  subjectOf,
  type TailMessage,
} from "./input.ts";
import { appendedText, errorText, pongText, tailingText, untailedText, welcomeText } from "./messages.ts";
import { closeCodes, sessionLimits } from "./protocol.ts";
import { ONLY_TAIL, type SessionState } from "./state.ts";
import type { SessionTail, TailHome } from "./tail.ts";
import { eventFormat, messageFormat, type TailFormat } from "./tail-format.ts";
import { openTail } from "./tail-opening.ts";
import { SessionTails } from "./tails.ts";

/** A socket, as a session uses it. What is sent to a lost socket is lost. */
export interface Wire {
  send(message: string | Uint8Array): void;
  close(code: number, reason: string): void;
  /** Stores what the session needs after the object has lost its memory. */
  save(state: SessionState): void;
}

/** The node of a session. */
export interface SessionNode extends AskableNode {
  readonly tails: FanOut;
  /** Bounds the characters of the appends that all of its sessions have under way. */
  readonly room: Budget;
  /** Runs work that is not part of an event of the node. */
  guard(run: () => void): void;
}

/**
 * One connection: it appends to many logs and follows many. Requests are answered in their order, and records of tails
 * come between the answers. Only its tails outlive the memory of the object. Nothing else needs to, because an object
 * with work under way keeps its memory.
 */
export class Session implements TailHome {
  readonly format: TailFormat;
  readonly #wire: Wire;
  readonly #node: SessionNode;
  readonly #fixed: Omit<SessionState, "tails">;
  readonly #tails: SessionTails;
  readonly #answers = new AnswerOrder();
  readonly #appends: SessionAppends;
  #isOver = false;

  /** Resumes from a saved state. */
  constructor(wire: Wire, node: SessionNode, { tails, ...fixed }: SessionState) {
    this.#wire = wire;
    this.#node = node;
    this.#fixed = fixed;
    this.#appends = new SessionAppends(fixed.cluster, node);
    this.format = fixed.face === "events" ? eventFormat : messageFormat;
    this.#tails = new SessionTails(node.tails, this);
    for (const { id, ...position } of tails) this.#tails.begin(id, position);
  }

  /** Sends the first message of a new session. */
  begin(): void {
    this.save();
    if (this.#fixed.face === "session") this.#wire.send(welcomeText);
    const only = this.#tails.position(ONLY_TAIL);
    if (this.#fixed.face === "tail" && only !== null) this.#wire.send(tailingText(ONLY_TAIL, only));
  }

  message(data: string | ArrayBuffer): void {
    if (this.#isOver || this.#hasExpired()) return;
    if (typeof data !== "string") this.close(closeCodes.unsupported, "messages are text");
    else if (data.length > sessionLimits.messageCharacters)
      this.close(closeCodes.tooBig, "the message is too long");
    else this.#read(data);
  }

  /** The connection is lost, or was closed. */
  gone(): void {
    this.#isOver = true;
    this.#tails.endAll();
  }

  close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.gone();
    this.#wire.close(code, reason);
  }

  deliver(message: string | Uint8Array): void {
    if (!this.#isOver && !this.#hasExpired()) this.#wire.send(message);
  }

  save(): void {
    if (this.#isOver) return;
    this.#wire.save({ ...this.#fixed, tails: this.#tails.saved() });
  }

  /** If the only tail of a socket ends, the socket is closed. */
  ended(tail: SessionTail, why: TailEnd): void {
    this.#tails.end(tail.id);
    this.save();
    if (this.#fixed.face !== "session") this.close(closeCodes[why.kind], why.kind);
  }

  #read(text: string): void {
    const message = parseMessage(text);
    if (message === null) this.close(closeCodes.malformed, "the message does not belong to the protocol");
    else if (message.kind === "ping") this.deliver(pongText);
    else if (message.kind !== "credit") this.#request(message, text.length);
    else if (!this.#tails.grant(message.tail, message.bytes))
      this.close(closeCodes.policy, "more credit than a tail may have");
  }

  /** Begins a request. Its result, or the problem that it throws, is the answer when its turn comes. */
  #request(message: RequestMessage, characters: number): void {
    const { requests, characters: before } = this.#answers;
    if (requests >= sessionLimits.requests || before + characters > sessionLimits.characters) {
      this.close(closeCodes.policy, "too many requests are under way");
      return;
    }
    const answer = this.#begun(message, characters).catch((error: unknown) => {
      const problem = error instanceof Problem ? error : internal(error);
      return () => this.deliver(errorText(subjectOf(message), problem));
    });
    // The answer is sent outside of the event that it comes from.
    const given = answer.then((give) => () => this.#node.guard(() => this.#isOver || give()));
    this.#answers.add(characters, given);
  }

  async #begun(message: RequestMessage, characters: number): Promise<() => void> {
    switch (message.kind) {
      case "append":
        return this.#append(message, characters);
      case "tail":
        return this.#tail(message);
      case "untail":
        return () => this.#untail(message.tail);
      case "invalid":
        throw message.problem;
    }
  }

  async #append(message: AppendMessage, characters: number): Promise<() => void> {
    const { grant, cluster } = this.#fixed;
    assertAllowed(grant, "append", cluster, message.log);
    const { room } = this.#node;
    if (!room.take(characters)) throw failureProblem("too-many-requests", cluster);
    try {
      const appended = await this.#appends.append(message);
      return () => this.deliver(appendedText(message.id, appended));
    } finally {
      room.giveBack(characters);
    }
  }

  async #tail({ tail: id, log, from, credit }: TailMessage): Promise<() => void> {
    const { grant, cluster } = this.#fixed;
    assertAllowed(grant, "read", cluster, log);
    const open = (): Promise<TailPosition> => openTail(this.#node, { cluster, log, from, credit });
    const found = await this.#tails.reserve(id, credit, open);
    return () => {
      const position = this.#tails.opened(id, found);
      this.deliver(tailingText(id, position));
      if (this.#isOver) return;
      this.#tails.begin(id, position);
      this.save();
    };
  }

  #untail(id: number): void {
    this.#tails.end(id);
    this.save();
    this.deliver(untailedText(id));
  }

  #hasExpired(): boolean {
    const { expiresAt } = this.#fixed.grant;
    if (expiresAt === null || this.#node.now() < expiresAt) return false;
    this.close(closeCodes.policy, "the token has expired");
    return true;
  }
}

function internal(cause: unknown): Problem {
  console.error(cause);
  return new Problem("internal", "The server is at fault.", { cause });
}
