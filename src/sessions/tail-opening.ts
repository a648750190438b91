import type { TailPosition } from "../node/subscriber.ts";
import { toIndex } from "../raft/types.ts";
import { failureProblem } from "../routing/attempts.ts";
import { assertWithin, type FoundPage } from "../routing/page-reader.ts";
import { found } from "../routing/query.ts";
import { refusalProblem } from "../routing/refusal.ts";
import { type Answer, type Failure, isFailure, type PageStart } from "../transport/protocol.ts";
import { type AskableNode, askPatiently } from "./ask.ts";

/** A tail that a client asks for. */
export interface WantedTail {
  readonly cluster: string;
  readonly log: string;
  readonly from: PageStart;
  readonly credit: number;
}

/**
 * Where a tail begins, after all that was acknowledged before. Throws the problems `log-not-found`, `log-gone`,
 * `trimmed` and `beyond-tail`, and those of failures.
 */
export async function openTail(node: AskableNode, wanted: WantedTail): Promise<TailPosition> {
  const { log: name, from, cluster, credit } = wanted;
  const query = { kind: "page", name, from, until: null, recordsMax: 1, bytesMax: 1, waitMs: 0 } as const;
  const asked = { kind: "query", query, consistency: "linearizable", minIndex: toIndex(0) } as const;
  const answer = answered(await askPatiently(node, asked), cluster);
  const page = found(answer, name);
  assertWithin(from, page, name);
  const { ttlSeconds, expiresAt } = page.state;
  if (ttlSeconds !== null || expiresAt !== null) await renewAt(node, name, cluster);
  return positionAt(name, { page, index: answer.index }, credit);
}

/** The place where a page begins. */
export function positionAt(name: string, { page, index }: FoundPage, credit: number): TailPosition {
  return { name, log: page.log, next: page.from, credit, minIndex: toIndex(index), stalledAt: null };
}

/** Replicas do not know the leader's time, so the leader tells whether the log's time is over. */
async function renewAt(node: AskableNode, name: string, cluster: string): Promise<void> {
  const command = { kind: "renew", name, touch: true } as const;
  const { outcome } = answered(await askPatiently(node, { kind: "command", command }), cluster);
  if (outcome.kind === "refused") throw refusalProblem(outcome.refusal, name);
}

/** Throws the problem of a failure. */
export function answered<A extends Answer>(answer: A | Failure, cluster: string): A {
  if (isFailure(answer)) throw failureProblem(answer.reason, cluster);
  return answer;
}
