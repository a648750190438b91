import type { Identity } from "../raft/identity.ts";
import type { Message } from "../raft/messages.ts";
import type { NodeId } from "../raft/types.ts";
import type { AnswerOf } from "./answer-of.ts";
import { inTime } from "./in-time.ts";
import { decodeMessages, encodeMessages } from "./message-codec.ts";
import type { Reply, Request } from "./protocol.ts";
import { decodeReply, encodeCall, type NodeCall } from "./request-codec.ts";
import type { Status } from "./status.ts";
import { decodeStatus } from "./status-codec.ts";
import { TransportError, toTransportError } from "./transport-error.ts";

/** How long an answer may take beyond the time that the node has for it, ms. */
const graceMs = 500;

/** How long a node has to report its status, or to become a member, ms. */
const controlTimeoutMs = 5_000;

/**
 * The address of a node: object `cluster/id`, placed by `region` (a location hint) when it is first reached. The region
 * of a removed node may be unknown, and is then empty: that node was placed before.
 */
export interface NodeAddress {
  readonly cluster: string;
  readonly id: NodeId;
  readonly region: string;
}

/** The paths that a node's object serves; no route from outside leads to them. */
export const paths = {
  messages: "/messages",
  call: "/call",
  status: "/status",
  prepare: "/prepare",
  start: "/start",
  abort: "/abort",
  socket: "/socket",
} as const;

/** Carries messages to a peer and brings its answers. Throws `TransportError`. */
export async function sendMessages(
  nodes: DurableObjectNamespace,
  address: NodeAddress,
  messages: readonly Message[],
  timeoutMs: number,
): Promise<readonly Message[]> {
  return post(nodes, address, paths.messages, encodeMessages(messages), timeoutMs, decodeMessages);
}

/** Asks one node, which answers within `timeoutMs`. Throws `TransportError`. */
export async function askNode<R extends Request>(
  nodes: DurableObjectNamespace,
  address: NodeAddress,
  request: R,
  options: Omit<NodeCall, "request">,
): Promise<Reply<AnswerOf<R>>> {
  const body = encodeCall({ request, ...options });
  const decode = (bytes: Uint8Array): Reply<AnswerOf<R>> => decodeReply(request, bytes);
  return post(nodes, address, paths.call, body, options.timeoutMs + graceMs, decode);
}

/** Null for a node that belongs to no cluster. Throws `TransportError`. */
export async function nodeStatus(
  nodes: DurableObjectNamespace,
  address: NodeAddress,
): Promise<Status | null> {
  return post(nodes, address, paths.status, "", controlTimeoutMs, decodeStatus);
}

/** Makes a node a silent member. False if it has another identity already. Throws `TransportError`. */
export async function prepareNode(
  nodes: DurableObjectNamespace,
  address: NodeAddress,
  identity: Identity,
): Promise<boolean> {
  return post(nodes, address, paths.prepare, JSON.stringify(identity), controlTimeoutMs, parse<boolean>);
}

/** Starts a prepared node. False if it was never prepared. Throws `TransportError`. */
export async function startNode(nodes: DurableObjectNamespace, address: NodeAddress): Promise<boolean> {
  return post(nodes, address, paths.start, "", controlTimeoutMs, parse<boolean>);
}

/**
 * Opens a WebSocket to a node, and tells it what it is for. Status 101 if the node accepts it, else the reason. Throws
 * `TransportError`.
 */
export async function openSocket(
  nodes: DurableObjectNamespace,
  address: NodeAddress,
  opening: string,
  timeoutMs: number,
): Promise<Response> {
  const url = `${paths.socket}?${new URLSearchParams({ opening })}`;
  const headers = { Upgrade: "websocket" };
  return reach(nodes, address, timeoutMs, (fetch, signal) => fetch(url, { headers, signal }));
}

/** Local clusters only: makes the node's object lose its memory, as if it had crashed. */
export async function abortNode(nodes: DurableObjectNamespace, address: NodeAddress): Promise<void> {
  await post(nodes, address, paths.abort, "", graceMs, (bytes) => bytes).catch((error: unknown) => {
    // The object dies before it can answer.
    if (!(error instanceof TransportError)) throw error;
  });
}

async function post<T>(
  nodes: DurableObjectNamespace,
  address: NodeAddress,
  path: string,
  body: Uint8Array | string,
  timeoutMs: number,
  decode: (body: Uint8Array) => T,
): Promise<T> {
  return reach(nodes, address, timeoutMs, async (fetch, signal) => {
    const response = await fetch(path, { method: "POST", body, signal });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return decode(bytes);
    throw new TransportError(`node ${address.cluster}/${address.id} answered ${response.status}`);
  });
}

type NodeFetch = (path: string, init: RequestInit) => Promise<Response>;

/** A new stub each time, because a stub that has failed stays broken. */
async function reach<T>(
  nodes: DurableObjectNamespace,
  { cluster, id, region }: NodeAddress,
  timeoutMs: number,
  use: (fetch: NodeFetch, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const hint = region === "" ? {} : { locationHint: region as DurableObjectLocationHint };
  const stub = nodes.get(nodes.idFromName(`${cluster}/${id}`), hint);
  const fetch: NodeFetch = (path, init) => stub.fetch(`https://node${path}`, init);
  try {
    return await inTime(timeoutMs, (signal) => use(fetch, signal));
  } catch (error) {
    throw toTransportError(error, `${cluster}/${id}`);
  }
}

const parse = <T>(bytes: Uint8Array): T => JSON.parse(new TextDecoder().decode(bytes)) as T;
