import {
  type Configuration,
  type ConfigurationMark,
  compareMarks,
  markOf,
  votersOf,
} from "../raft/configuration.ts";
import { type Identity, isSameIdentity } from "../raft/identity.ts";
import type { Message } from "../raft/messages.ts";
import type { NodeId } from "../raft/types.ts";
import type { Boot } from "../storage/contract.ts";
import type { Answer, Members, Request } from "../transport/protocol.ts";
import type { Status } from "../transport/status.ts";
import type { Host } from "./host.ts";
import { Member } from "./member.ts";
import type { NodeOptions } from "./options.ts";
import type { Replica } from "./replica.ts";
import { statusOf } from "./status.ts";

/**
 * One node, a member of a cluster or of none yet. Synchronous throughout; `Host` is the world around it.
 *
 * After an exception from any method, or from a callback that it gave to the host, memory and disk may differ: the
 * host must drop this object, and make a new one from storage.
 */
export class Node {
  readonly #host: Host;
  readonly #options: NodeOptions;
  #boot: Boot | null;
  #member: Member | null = null;

  constructor(host: Host, options: NodeOptions) {
    this.#host = host;
    this.#options = options;
    this.#boot = host.storage.load();
    if (this.#boot?.phase === "started") this.#member = new Member(host, options, this.#boot);
  }

  /** Null for a node that belongs to no cluster. */
  get identity(): Identity | null {
    return this.#boot?.identity ?? null;
  }

  /** The members, as far as this node knows; null for a node that belongs to no cluster. */
  get configuration(): Configuration | null {
    return this.#member?.raft.state.configuration ?? this.#boot?.identity.configuration ?? null;
  }

  /**
   * The members to ask, if their configuration is newer than the caller's; else null. A configuration that is never
   * committed does no harm: it also names the voters of the one before, unless a committed joint configuration has
   * already removed them.
   */
  membersAfter(known: ConfigurationMark): Members | null {
    const state = this.#member?.raft.state;
    if (state === undefined) return null;
    const { configuration } = state;
    const { recoveries, index: configurationIndex } = markOf(state);
    if (compareMarks({ recoveries, index: configurationIndex }, known) <= 0) return null;
    const members = votersOf(configuration).map((id) => ({ id, region: configuration.regions[id] ?? "" }));
    return { members, configurationIndex, recoveries };
  }

  /** Becomes a member, silent until `start`. Idempotent. False if it has another identity already. */
  prepare(identity: Identity): boolean {
    if (this.#boot !== null) return isSameIdentity(this.#boot.identity, identity);
    this.#host.storage.prepare(identity);
    this.#boot = this.#host.storage.load();
    return true;
  }

  /** Takes part from now on. Idempotent. False if it was never prepared. */
  start(): boolean {
    if (this.#boot === null) return false;
    if (this.#member !== null) return true;
    this.#host.storage.start();
    this.#boot = { ...this.#boot, phase: "started" };
    this.#member = new Member(this.#host, this.#options, this.#boot);
    this.#member.armAlarm();
    return true;
  }

  /**
   * Handles messages of one peer. `reply` is called exactly once, with the answers (maybe none). Messages of a working
   * peer show a prepared node that its cluster has started.
   */
  receive(messages: readonly Message[], reply: (messages: readonly Message[]) => void): void {
    this.start();
    if (this.#member === null) reply([]);
    else this.#member.receive(messages, reply);
  }

  /** Messages to this peer were lost, or may have been. */
  unreachable(peer: NodeId): void {
    this.#member?.unreachable(peer);
  }

  /** `mayHandOn`: it may go to the leader, if this node does not lead. `answer` is called exactly once. */
  request(request: Request, timeoutMs: number, mayHandOn: boolean, answer: (answer: Answer) => void): void {
    if (this.#member === null) answer({ kind: "failure", reason: "no-such-cluster", leader: null });
    else this.#member.request(request, timeoutMs, mayHandOn, answer);
  }

  /** The replica to read here at once; null while the node takes no part in a cluster. */
  get replica(): Replica | null {
    return this.#member?.replica ?? null;
  }

  /** The alarm rang: maybe late, early or twice. */
  alarm(): void {
    this.#member?.alarm();
  }

  /** Null for a node that belongs to no cluster. */
  status(): Status | null {
    return this.#boot === null ? null : statusOf(this.#boot, this.#member);
  }
}
