import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { appendCommand, createCommand } from "../../src/log/commands.ts";
import type { Outcome } from "../../src/log/outcome.ts";
import { encodeRecords } from "../../src/log/records.ts";
import type { ProducerTuple } from "../../src/log/types.ts";
import { bootstrapIdentity } from "../../src/raft/identity.ts";
import { toIndex } from "../../src/raft/types.ts";
import { askNode, type NodeAddress, nodeStatus, prepareNode, startNode } from "../../src/transport/object.ts";
import type { Answer, Page, Request } from "../../src/transport/protocol.ts";
import type { Status } from "../../src/transport/status.ts";
import { TransportError } from "../../src/transport/transport-error.ts";

const patience = { timeout: 20_000, interval: 20 };
let made = 0;

/** A cluster of real objects under a name of its own, reached as the Worker reaches it. */
export class TestCluster {
  readonly name: string;
  readonly members: readonly NodeAddress[];
  readonly nodes: DurableObjectNamespace;

  constructor(size: number, nodes: DurableObjectNamespace = env.NODES) {
    made += 1;
    this.name = `cluster-${made}`;
    this.nodes = nodes;
    this.members = Array.from({ length: size }, (_, i) => ({
      cluster: this.name,
      id: i + 1,
      region: "weur",
    }));
  }

  async bootstrap(): Promise<this> {
    const regions = this.members.map(({ region }) => region);
    for (const member of this.members) {
      const identity = bootstrapIdentity(this.name, member.id, regions);
      expect(await prepareNode(this.nodes, member, identity)).toBe(true);
    }
    for (const member of this.members) expect(await startNode(this.nodes, member)).toBe(true);
    return this;
  }

  member(id: number): NodeAddress {
    const member = this.members[id - 1];
    if (member === undefined) throw new Error(`the cluster has no node ${id}`);
    return member;
  }

  stub(id: number): DurableObjectStub {
    return this.nodes.get(this.nodes.idFromName(`${this.name}/${id}`));
  }

  status(id: number): Promise<Status | null> {
    return nodeStatus(this.nodes, this.member(id));
  }

  /** Runs `body` on the storage of a node, behind its back. */
  inside<T>(id: number, body: (state: DurableObjectState) => T | Promise<T>): Promise<T> {
    return runInDurableObject(this.stub(id), (_object, state) => body(state));
  }

  /** The leader, once there is one. */
  leader(): Promise<number> {
    return vi.waitFor(async () => {
      const statuses = await Promise.all(this.members.map(({ id }) => this.status(id)));
      const leading = statuses.find((status) => status?.role === "leader");
      if (leading === undefined || leading === null) throw new Error("no node leads");
      return leading.identity.id;
    }, patience);
  }

  async ask(id: number, request: Request, forwarded = false): Promise<Answer> {
    const options = { timeoutMs: 10_000, forwarded, knownIndex: null, knownRecoveries: 0 };
    return (await askNode(this.nodes, this.member(id), request, options)).answer;
  }

  create(name: string): Promise<Outcome> {
    return this.insist({ kind: "command", command: createCommand(name) });
  }

  append(name: string, text: string, producer: ProducerTuple): Promise<Outcome> {
    return this.insist(appendOf(name, text, producer));
  }

  /** Asks node after node, as a client that retries does. The request must be safe to repeat. */
  insist(request: Request): Promise<Outcome> {
    let id = 0;
    return vi.waitFor(async () => {
      id = (id % this.members.length) + 1;
      const answer = await this.ask(id, request);
      if (answer.kind === "outcome") return answer.outcome;
      throw new Error(JSON.stringify(answer));
    }, patience);
  }

  /** A linearizable read of the whole log through one node. */
  read(id: number, name: string): Promise<Page> {
    const limits = { recordsMax: 1_000, bytesMax: 1_000_000, waitMs: 0 };
    const query = { kind: "page", name, from: { at: "earliest" }, until: null, ...limits } as const;
    const request = { kind: "query", query, consistency: "linearizable", minIndex: toIndex(0) } as const;
    return vi.waitFor(async () => {
      const answer = await this.ask(id, request);
      if (answer.kind === "result" && answer.result.kind === "page") return answer.result;
      throw new Error(JSON.stringify(answer));
    }, patience);
  }
}

export function appendOf(name: string, text: string, producer: ProducerTuple | null): Request {
  const value = new TextEncoder().encode(text);
  const records = encodeRecords([{ format: "text", headers: [], value }]);
  return {
    kind: "command",
    command: appendCommand(name, { count: 1, records }, { producer }),
  };
}

/** What a request gives whose node may die under it. */
export async function orLost(asked: Promise<Answer>): Promise<Answer | "lost"> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof TransportError) return "lost";
    throw error;
  }
}
