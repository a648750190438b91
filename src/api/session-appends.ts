import { appendCommand } from "../log/commands.ts";
import type { AppendCommand, Appended } from "../log/types.ts";
import { batchOf } from "./append.ts";
import { toBatch } from "./append-body.ts";
import { AppendOrder } from "./append-order.ts";
import { type Asked, askPatiently } from "./ask.ts";
import { refusalProblem } from "./refusal.ts";
import type { AppendMessage } from "./session-protocol.ts";
import { answered } from "./tail-opening.ts";

/** The appends of one session. */
export class SessionAppends {
  readonly #order = new AppendOrder();
  readonly #cluster: string;
  readonly #node: Asked;

  constructor(cluster: string, node: Asked) {
    this.#cluster = cluster;
    this.#node = node;
  }

  /**
   * `mayOverlap`: the node leads, and decides in the order in which it is asked. One that must find its leader first is
   * asked patiently, with nothing else of the log's under way. Throws the problems of the batch, of refusals and of
   * failures.
   */
  async append(message: AppendMessage, mayOverlap: boolean): Promise<Appended> {
    const command = commandOf(message);
    const request = { kind: "command", command } as const;
    const asked = await this.#order.enter(command.name, mayOverlap, (isAlone) =>
      isAlone ? askPatiently(this.#node, request) : this.#node.ask(request),
    );
    const answer = answered(asked, this.#cluster);
    if (answer.kind !== "outcome") throw new Error("a node answered a command with something else");
    const { outcome } = answer;
    if (outcome.kind === "refused") throw refusalProblem(outcome.refusal, command.name);
    if (outcome.kind !== "appended") throw new Error("an append had the outcome of something else");
    return outcome;
  }
}

function commandOf(message: AppendMessage): AppendCommand {
  const { contentType, ...batch } = batchOf(toBatch(message.records));
  return appendCommand(message.log, batch, {
    contentType,
    expectedSeq: message.expected_seq ?? null,
    producer: message.producer ?? null,
    fencingToken: message.fencing_token ?? null,
    closes: message.close,
  });
}
