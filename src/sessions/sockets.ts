import { FanOut, type FanOutOptions } from "../node/fan-out.ts";
import type { Host } from "../node/host.ts";
import type { Node } from "../node/node.ts";
import type { SocketFace } from "../node/socket-face.ts";
import { type AnswerOf, answerTo } from "../transport/answer-of.ts";
import type { Answer, Request as NodeRequest } from "../transport/protocol.ts";
import { Budget } from "./budget.ts";
import { pingText, pongText } from "./messages.ts";
import { closeCodes } from "./protocol.ts";
import { Session, type SessionNode, type Wire } from "./session.ts";
import { decodeOpening, ONLY_TAIL, type SessionState, type SocketOpening } from "./state.ts";

/** Sockets of one node, at most. The platform's limit is 32,768. */
const socketsMax = 10_000;

/**
 * Characters of the appends that all sessions have under way, at most. In memory they take several times as many bytes.
 */
const charactersMax = 16_777_216;

/** How long a request of a session to its node may take, ms. */
const askTimeoutMs = 10_000;

/** What the sockets need from their object. */
export interface SocketParts {
  readonly state: DurableObjectState;
  readonly node: Node;
  readonly host: Host;
  /** Runs an input to the node. If it throws, the object is dropped. */
  guard(run: () => void): void;
  readonly tailOptions: FanOutOptions;
}

/** The sessions at one node, each with a socket that outlives the memory of the object (hibernation). */
export class Sockets implements SocketFace, SessionNode {
  readonly tails: FanOut;
  readonly room = new Budget(charactersMax);
  readonly #around: SocketParts;
  readonly #sessions = new Map<WebSocket, Session>();

  constructor(around: SocketParts) {
    const { state, node, host, tailOptions } = around;
    this.#around = around;
    this.tails = new FanOut(() => node.replica, host, tailOptions);
    for (const socket of state.getWebSockets()) {
      const saved = socket.deserializeAttachment() as SessionState | null;
      const isOpen = socket.readyState === WebSocket.OPEN;
      if (isOpen && saved !== null) this.#sessions.set(socket, new Session(wireOf(socket), this, saved));
    }
  }

  /** The answer resumes its caller outside of the event, so the caller enters the node by `guard`. */
  readonly ask = <R extends NodeRequest>(request: R): Promise<AnswerOf<R>> =>
    new Promise((resolve) => {
      const answer = (given: Answer): void => resolve(answerTo(request, given));
      this.guard(() => this.#around.node.request(request, askTimeoutMs, true, answer));
    });

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#around.host.after(ms, resolve);
    });
  }

  now(): number {
    return this.#around.host.now();
  }

  guard(run: () => void): void {
    this.#around.guard(run);
  }

  open(request: Request): Response {
    const opening = decodeOpening(new URL(request.url).searchParams.get("opening") ?? "");
    const { replica } = this.#around.node;
    if (replica === null || replica.isOut) return new Response("no member", { status: 404 });
    if (this.#sessions.size >= socketsMax) return new Response("too many sockets", { status: 503 });
    return this.#accept(opening);
  }

  message(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#sessions.get(socket)?.message(message);
  }

  gone(socket: WebSocket): void {
    this.#sessions.get(socket)?.gone();
    this.#sessions.delete(socket);
    // The runtime may delay its own answer to a close until the object is idle.
    if (socket.readyState === WebSocket.CLOSING) socket.close(1000);
  }

  settled(): void {
    if (this.#sessions.size > 0 && this.#around.node.replica?.isOut) this.#closeAll();
    this.tails.settled();
  }

  #accept({ face, cluster, grant, protocol, position }: SocketOpening): Response {
    const { 0: client, 1: socket } = new WebSocketPair();
    const { state } = this.#around;
    state.acceptWebSocket(socket);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(pingText, pongText));
    const tails = position === null ? [] : [{ id: ONLY_TAIL, ...position }];
    const session = new Session(wireOf(socket), this, { face, cluster, grant, tails });
    this.#sessions.set(socket, session);
    session.begin();
    const headers = protocol === null ? {} : { "Sec-WebSocket-Protocol": protocol };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  /** A removed node learns of no more commits, so its clients must continue at another node. */
  #closeAll(): void {
    for (const session of this.#sessions.values()) session.close(closeCodes.moved, "the node was removed");
    this.#sessions.clear();
  }
}

/** A lost socket throws at every use. The object is notified of the loss separately. */
function wireOf(socket: WebSocket): Wire {
  const ifOpen = (act: () => void): void => {
    if (socket.readyState === WebSocket.OPEN) act();
  };
  return {
    send: (message) => ifOpen(() => socket.send(message)),
    close: (code, reason) => ifOpen(() => socket.close(code, reason)),
    save: (state) => ifOpen(() => socket.serializeAttachment(state)),
  };
}
