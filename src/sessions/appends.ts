import { batchOf, toBatch } from "../http/append-body.ts";
import { appendCommand } from "../log/commands.ts";
import type { Appended } from "../log/outcome.ts";
import type { AppendCommand } from "../log/types.ts";
import { refusalProblem } from "../routing/refusal.ts";
import { AppendQueue } from "./append-queue.ts";
import type { AskableNode } from "./ask.ts";
import type { AppendMessage } from "./input.ts";
import { answered } from "./tail-opening.ts";

/** The appends of one session. */
export class SessionAppends {
  readonly #queue: AppendQueue;
  readonly #cluster: string;

  constructor(cluster: string, node: AskableNode) {
    this.#cluster = cluster;
    this.#queue = new AppendQueue(node);
  }

  /**
   * Appends after all earlier appends to the same log. Throws the problems of the batch, of refusals and of failures.
   */
  async append(message: AppendMessage): Promise<Appended> {
    const command = commandOf(message);
    const { outcome } = answered(await this.#queue.append(command), this.#cluster);
    if (outcome.kind === "refused") throw refusalProblem(outcome.refusal, command.name);
    return outcome;
  }
}

function commandOf(message: AppendMessage): AppendCommand {
  const { contentType, ...batch } = batchOf(toBatch(message.records, message.sources));
  return appendCommand(message.log, batch, {
    contentType,
    expectedSeq: message.expected_seq ?? null,
    producer: message.producer ?? null,
    fencingToken: message.fencing_token ?? null,
    closes: message.close,
  });
}
