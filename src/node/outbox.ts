import type { Message } from "../raft/messages.ts";
import type { Ready } from "../raft/ready.ts";
import type { NodeId } from "../raft/types.ts";

/** The answers that go back with one peer's call. */
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

/** The output of one group of inputs, kept until the group is written. */
export class Outbox {
  readonly #byPeer = new Map<NodeId, Message[]>();
  readonly #replies: MessageReply[] = [];
  readonly reads: AfterPersist["reads"][number][] = [];

  addReply(reply: MessageReply): void {
    this.#replies.push(reply);
  }

  /** An answer to the peer whose call is at hand goes back with that call. All else is sent separately. */
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

/** Only answers may go back with a call: the peer would not process other messages there. */
function isAnswer({ type }: Message): boolean {
  return !questions.has(type);
}
