import type { Configuration } from "../../src/raft/configuration.ts";
import type { Message } from "../../src/raft/messages.ts";
import { Raft } from "../../src/raft/raft.ts";
import type { ConfirmedRead } from "../../src/raft/ready.ts";
import { type NodeId, toIndex } from "../../src/raft/types.ts";
import { bytesOf } from "../raft/harness/entries.ts";
import { endOf, type Image, readerOf, written } from "../raft/harness/image.ts";
import { atOnce, type Core, electionDue, heartbeatDue, options, rebase, silentFor } from "./time.ts";

/** All that makes a difference about one node, as an immutable value. */
export interface NodeState {
  readonly core: Core;
  readonly written: Image;
  readonly durable: Image;
  /** Outputs that wait until `written` is durable. Empty if no write is unfinished. */
  readonly held: Outputs;
  readonly isWriting: boolean;
}

export interface Outputs {
  readonly messages: readonly Message[];
  readonly reads: readonly ConfirmedRead[];
}

/** An event at a node. */
export type Input =
  | { readonly kind: "deliver"; readonly message: Message }
  | { readonly kind: "propose"; readonly command: string }
  | { readonly kind: LocalKind };

/** Events that need no input from outside. For the first three see `time.ts`. */
export const localKinds = ["election timeout", "silence", "heartbeat", "sync", "read", "crash"] as const;
export type LocalKind = (typeof localKinds)[number];

export interface Applied {
  readonly node: NodeState;
  readonly out: Outputs;
}

const nothing: Outputs = { messages: [], reads: [] };

/** A node that has just started from its disk. */
export function boot(id: NodeId, image: Image, configuration: Configuration): NodeState {
  const core = coreOf(
    start(id, image, () => image, configuration),
    atOnce,
  );
  return { core, written: image, durable: image, held: nothing, isWriting: false };
}

function start(id: NodeId, image: Image, present: () => Image, configuration: Configuration): Raft {
  const { hardState, quiesceMark, snapshot } = image;
  const base = { configuration, index: toIndex(0) };
  const [log, random] = [readerOf(present), (): number => 0];
  const stored = { hardState, quiesceMark, snapshot, ...endOf(image) };
  return new Raft({ id, options, base, log, random, ...stored }, atOnce);
}

/** The state of a node after one input, and the messages that leave it. The real core decides. */
export function apply(node: NodeState, input: Input): Applied {
  switch (input.kind) {
    case "deliver":
      return run(node, atOnce, (raft) => raft.step(input.message, atOnce));
    case "propose":
      return run(node, atOnce, (raft) => raft.propose(bytesOf(input.command)));
    case "read":
      return run(node, atOnce, (raft) => raft.read(toIndex(0)));
    case "heartbeat":
      return run(node, heartbeatDue, (raft) => raft.tick(heartbeatDue));
    case "election timeout":
      return run(node, electionDue, (raft) => raft.tick(electionDue));
    case "silence":
      return { node: silenced(node), out: nothing };
    case "sync":
      return sync(node);
    case "crash":
      return { node: boot(node.core.id, node.durable, node.core.configuration), out: nothing };
  }
}

/** As `apply`, with a disk that writes instantly. */
export function applyDurably(node: NodeState, input: Input): Applied {
  let applied = apply(node, input);
  while (applied.node.isWriting) {
    const synced = sync(applied.node);
    applied = { node: synced.node, out: both(applied.out, synced.out) };
  }
  return applied;
}

function silenced(node: NodeState): NodeState {
  const core = structuredClone(node.core);
  rebase(core, silentFor);
  return { ...node, core };
}

/** All writes are durable: messages that waited leave, and the core is notified. */
function sync(node: NodeState): Applied {
  const settled = { ...node, durable: node.written, held: nothing, isWriting: false };
  const { node: after, out } = run(settled, atOnce, (raft) => raft.durable(raft.mark(), atOnce));
  return { node: after, out: both(node.held, out) };
}

function run(node: NodeState, now: number, act: (raft: Raft) => void): Applied {
  let image = node.written;
  let { isWriting } = node;
  let out = nothing;
  const raft = restore(node, () => image);
  const take = (): void => {
    const { persist, afterPersist } = raft.ready();
    if (persist !== null) {
      image = written(image, persist);
      isWriting = true;
    }
    out = both(out, afterPersist);
  };
  act(raft);
  take();
  raft.replicate(now);
  take();
  const after = { core: coreOf(raft, now), written: image, durable: node.durable, isWriting };
  return isWriting
    ? { node: { ...after, held: both(node.held, out) }, out: nothing }
    : { node: { ...after, held: nothing }, out };
}

const both = (a: Outputs, b: Outputs): Outputs => ({
  messages: [...a.messages, ...b.messages],
  reads: [...a.reads, ...b.reads],
});

/** The core in that state. Its clock stands at 0. */
function restore({ core, written }: NodeState, present: () => Image): Raft {
  const raft = start(core.id, written, present, core.configuration);
  Object.assign(raft.state, structuredClone(core));
  return raft;
}

function coreOf(raft: Raft, now: number): Core {
  const { options: _options, log, random, base, effects, ...rest } = raft.state;
  const core: Core = structuredClone(rest);
  rebase(core, now);
  return core;
}
