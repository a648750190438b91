import { DurableObject } from "cloudflare:workers";
import { CodecError } from "../log/codec-error.ts";
import { completedIdentity, type PartialIdentity } from "../raft/identity.ts";
import type { Message } from "../raft/messages.ts";
import type { Storage } from "../storage/contract.ts";
import { SqliteStorage } from "../storage/sqlite.ts";
import { decodeMessages, encodeMessages } from "../transport/message-codec.ts";
import { paths } from "../transport/object.ts";
import type { Answer } from "../transport/protocol.ts";
import { decodeCall, encodeReply } from "../transport/request-codec.ts";
import { Alarm } from "./alarm.ts";
import type { Host } from "./host.ts";
import { Node } from "./node.ts";
import { ObjectHost } from "./object-host.ts";
import { type NodeVars, optionsFrom } from "./options.ts";
import type { SocketFace } from "./socket-face.ts";

/**
 * How late an alarm may be before it counts as lost, ms. If it is only late, as in the platform's maintenance, setting
 * it again costs no more than a write.
 */
const alarmLostAfterMs = 2_000;

export interface NodeEnv extends NodeVars {
  readonly NODES: DurableObjectNamespace;
  readonly DELIVERERS: DurableObjectNamespace;
  readonly LOCAL?: string;
  readonly TRACE?: string;
}

/**
 * A node as a Durable Object: a thin shell around `Node`. All of its state is in storage and in the attachments of its
 * sockets, so it can be stopped at any moment and resume from there.
 */
export abstract class NodeObject extends DurableObject<NodeEnv> {
  readonly #alarm: Alarm;
  readonly #node: Node;
  readonly #sockets: SocketFace;

  constructor(ctx: DurableObjectState, env: NodeEnv) {
    super(ctx, env);
    this.#alarm = new Alarm((at) => void ctx.storage.setAlarm(at), alarmLostAfterMs);
    void ctx.blockConcurrencyWhile(async () => this.#alarm.loaded(await ctx.storage.getAlarm()));
    const options = optionsFrom(env);
    const host = new ObjectHost({
      storage: this.openStorage(),
      alarm: this.#alarm,
      nodes: env.NODES,
      deliverers: env.DELIVERERS,
      sync: () => ctx.storage.sync(),
      messageTimeoutMs: options.electionTimeoutMs,
      node: () => this.#node,
      trace:
        env.TRACE === "on" ? (event) => console.log(JSON.stringify({ node: ctx.id.name, ...event })) : null,
      guard: (run) => this.#run(run),
    });
    this.#node = new Node(host, options);
    this.#sockets = this.openSockets(this.#node, host, (run) => this.#run(run));
  }

  /** What serves the node's sockets. `guard` wraps what enters the node. */
  protected abstract openSockets(node: Node, host: Host, guard: (run: () => void) => void): SocketFace;

  /** Where this node keeps its state. */
  protected openStorage(): Storage {
    return new SqliteStorage(this.ctx.storage);
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      return await this.#route(new URL(request.url).pathname, request);
    } catch (error) {
      if (error instanceof CodecError) return new Response(error.message, { status: 400 });
      throw error;
    }
  }

  /** If it throws, the object was dropped, and the platform rings again. */
  override async alarm(): Promise<void> {
    this.#alarm.rang();
    this.#run(() => this.#node.alarm());
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#run(() => this.#sockets.message(socket, message));
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#run(() => this.#sockets.gone(socket));
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#run(() => this.#sockets.gone(socket));
  }

  async #route(path: string, request: Request): Promise<Response> {
    switch (path) {
      case paths.messages:
        return this.#messages(decodeMessages(await bytesOf(request)));
      case paths.call:
        return this.#call(await bytesOf(request));
      case paths.status:
        return Response.json(this.#node.status());
      case paths.prepare:
        return this.#prepare(await request.json<PartialIdentity>());
      case paths.start:
        return Response.json(this.#run(() => this.#node.start()));
      case paths.socket:
        return this.#run(() => this.#sockets.open(request));
      case paths.abort:
        return this.#abort();
      default:
        return new Response(null, { status: 404 });
    }
  }

  async #messages(messages: readonly Message[]): Promise<Response> {
    const replies = await new Promise<readonly Message[]>((resolve) => {
      this.#run(() => this.#node.receive(messages, resolve));
    });
    return new Response(encodeMessages(replies));
  }

  async #call(body: Uint8Array): Promise<Response> {
    const { request, timeoutMs, forwarded, knownIndex, knownRecoveries: recoveries } = decodeCall(body);
    const answer = await new Promise<Answer>((resolve) => {
      this.#run(() => this.#node.request(request, timeoutMs, !forwarded, resolve));
    });
    const members = knownIndex === null ? null : this.#node.membersAfter({ recoveries, index: knownIndex });
    return new Response(encodeReply({ answer, members }));
  }

  #prepare(sent: PartialIdentity): Response {
    const name = `${sent.cluster}/${sent.id}`;
    if (this.ctx.id.name !== undefined && this.ctx.id.name !== name)
      return new Response(null, { status: 400 });
    return Response.json(this.#run(() => this.#node.prepare(completedIdentity(sent))));
  }

  #abort(): Response {
    if (this.env.LOCAL !== "on") return new Response(null, { status: 404 });
    this.ctx.abort("a crash was asked for");
    return new Response(null);
  }

  /**
   * After an exception, memory and disk may differ. So the object is dropped, waiting callers learn that their outcome
   * is unknown, and the next event starts a new object from storage.
   */
  #run<T>(body: () => T): T {
    try {
      const result = body();
      this.#sockets.settled();
      return result;
    } catch (error) {
      console.error("the node stops and starts again:", error);
      this.ctx.abort(String(error));
      throw error;
    }
  }
}

const bytesOf = async (request: Request): Promise<Uint8Array> => new Uint8Array(await request.arrayBuffer());
