import type { Message } from "../raft/messages.ts";
import type { Ready } from "../raft/ready.ts";
import type { NodeId } from "../raft/types.ts";

/** The answers that one peer's request takes back with it. */
export interface MessageReply {
  readonly to: NodeId | null;
  readonly messages: Message[];
  readonly give: (messages: readonly Message[]) => void;
}

type AfterPersist = Ready["afterPersist"];

const questions: ReadonlySet<Message["type"]> = new Set([
  "PreVote",
  "RequestVote",
  "AppendEntries",
  "InstallSnapshot",
  "TimeoutNow",
]);

/** What one group of inputs lets out: kept until the group is written. */
export class Outbox {
  readonly #byPeer = new Map<NodeId, Message[]>();
  readonly #replies: MessageReply[] = [];
  readonly reads: AfterPersist["reads"][number][] = [];

  addReply(reply: MessageReply): void {
    this.#replies.push(reply);
  }

  /** An answer to the peer whose request is at hand goes back with it; all else is sent on its own. */
  add({ messages, reads }: AfterPersist, reply: MessageReply | null): void {
    this.reads.push(...reads);
    for (const message of messages) {
      if (reply !== null && message.to === reply.to && isAnswer(message)) reply.messages.push(message);
      else this.#queueFor(message.to).push(message);
    }
  }

  release(send: (to: NodeId, messages: readonly Message[]) => void): void {
    for (const [to, messages] of this.#byPeer) send(to, messages);
    for (const reply of this.#replies) reply.give(reply.messages);
  }

  #queueFor(peer: NodeId): Message[] {
    const queue = this.#byPeer.get(peer) ?? [];
    this.#byPeer.set(peer, queue);
    return queue;
  }
}

/** What is not an answer can't go back with an answer's call: nobody would take it there. */
function isAnswer({ type }: Message): boolean {
  return !questions.has(type);
}
