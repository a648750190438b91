import type { Answer, Request } from "../transport/protocol.ts";

/** The node at which a session is, as it is asked. */
export interface Asked {
  readonly ask: Ask;
  /** Ms since the epoch. */
  now(): number;
  pause(ms: number): Promise<void>;
}

export type Ask = (request: Request) => Promise<Answer>;

/** How long a leader is looked for, ms: an election may be under way. */
const patienceMs = 10_000;
const retryMs = 50;

/**
 * Asks until the node knows a leader that serves: one that has just woken hears of it with the next heartbeat. Asks
 * anew only where nothing has happened.
 */
export async function askPatiently(node: Asked, request: Request): Promise<Answer> {
  const deadline = node.now() + patienceMs;
  for (;;) {
    const answer = await node.ask(request);
    const isUndone =
      answer.kind === "failure" && (answer.reason === "not-leader" || answer.reason === "superseded");
    if (!isUndone || node.now() >= deadline) return answer;
    await node.pause(retryMs);
  }
}
