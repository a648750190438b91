import { abortNode, askNode, nodeStatus, openSocket, prepareNode, startNode } from "../transport/object.ts";
import type { Nodes } from "./nodes.ts";

/** Nodes that are Durable Objects of this account. */
export function objectNodes(namespace: DurableObjectNamespace): Nodes {
  return {
    ask: (address, request, { mayHandOn, ...options }) =>
      askNode(namespace, address, request, { ...options, forwarded: !mayHandOn }),
    status: (address) => nodeStatus(namespace, address),
    prepare: (address, identity) => prepareNode(namespace, address, identity),
    start: (address) => startNode(namespace, address),
    socket: (address, opening, timeoutMs) => openSocket(namespace, address, opening, timeoutMs),
    abort: (address) => abortNode(namespace, address),
  };
}
