import type { AppendCommand } from "../log/types.ts";
import type { AnswerOf } from "../transport/answer-of.ts";
import type { CommandRequest } from "../transport/protocol.ts";
import { type AskableNode, askInOrder } from "./ask.ts";

type AppendAnswer = AnswerOf<CommandRequest<AppendCommand>>;

interface Waiting {
  readonly command: AppendCommand;
  readonly resolve: (answer: AppendAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Keeps the appends of one session to one log in their order. Two calls may overtake each other on their way to the
 * leader, so only one is under way at a time. Appends that come meanwhile go together in the next.
 */
export class AppendQueue {
  readonly #node: AskableNode;
  /** The waiting appends of each log that has a call under way. */
  readonly #logs = new Map<string, Waiting[]>();

  constructor(node: AskableNode) {
    this.#node = node;
  }

  append(command: AppendCommand): Promise<AppendAnswer> {
    return new Promise((resolve, reject) => {
      const one = { command, resolve, reject };
      const waiting = this.#logs.get(command.name);
      if (waiting === undefined) void this.#send(command.name, [one]);
      else waiting.push(one);
    });
  }

  async #send(log: string, first: readonly Waiting[]): Promise<void> {
    let next = first;
    while (next.length > 0) {
      const waiting: Waiting[] = [];
      this.#logs.set(log, waiting);
      await this.#ask(next);
      next = waiting;
    }
    this.#logs.delete(log);
  }

  async #ask(appends: readonly Waiting[]): Promise<void> {
    try {
      const commands = appends.map(({ command }) => command);
      await askInOrder(this.#node, commands, (at, answer) => appends[at]?.resolve(answer));
    } catch (error) {
      for (const { reject } of appends) reject(error);
    }
  }
}
