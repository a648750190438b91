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

/** Sockets of one node, at most. The platform takes 32,768. */
const socketsMax = 10_000;

/** Characters of the appends that all sessions have under way, at most. In memory they take some times as much. */
const charactersMax = 16_777_216;

/** How long what a session asks of its node may take, ms. */
const askTimeoutMs = 10_000;

/** What the sockets need of their object. */
export interface SocketParts {
  readonly state: DurableObjectState;
  readonly node: Node;
  readonly host: Host;
  /** Runs what enters the node; if it throws, the object is dropped. */
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

  /** As the answer wakes those who wait for it outside of the event, they enter the node by `guard`. */
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
    // The runtime's own answer to a client that closes may wait until the object is idle.
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

  /** A node that was removed hears no more of what is committed: its clients go on at another one. */
  #closeAll(): void {
    for (const session of this.#sessions.values()) session.close(closeCodes.moved, "the node was removed");
    this.#sessions.clear();
  }
}

/** A socket that is lost throws at what is done with it; the object hears of the loss by itself. */
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
