import { Problem } from "../http/problem.ts";
import { invalidRequest } from "../http/validation.ts";
import type { Refusal } from "../log/outcome.ts";
import { refusalProblem } from "../routing/refusal.ts";
import { endHeaders } from "./headers.ts";

type Reason<R extends Refusal["reason"]> = Extract<Refusal, { readonly reason: R }>;

/** Why a stream is not created, with the protocol's status (§4.2, §5.1). */
export function creationRefusal(refusal: Refusal, name: string): Problem {
  switch (refusal.reason) {
    case "log-gone":
      return nameHeld(name);
    case "beyond-tail":
      return beyondSource();
    default:
      return refusalProblem(refusal, name);
  }
}

/** Why an append or a close is refused, with the protocol's status and headers (§5.2). */
export function writeRefusal(refusal: Refusal, name: string): Problem {
  switch (refusal.reason) {
    case "log-closed":
      return withHeaders(refusalProblem(refusal, name), endHeaders(refusal.tail, true));
    case "stale-producer-epoch":
      return withHeaders(refusalProblem(refusal, name), { "Producer-Epoch": String(refusal.epoch) });
    case "producer-sequence-gap":
      return producerGap(refusal, name);
    default:
      return refusalProblem(refusal, name);
  }
}

/** §4.2: the path of a stream that its forks still need is taken. */
function nameHeld(name: string): Problem {
  return new Problem("log-exists", `Forks of the deleted stream ${name} still need its messages.`);
}

function beyondSource(): Problem {
  const message = "is beyond the source's end, or its sub-offset is";
  return invalidRequest("header", [{ path: ["stream-fork-offset"], message }]);
}

/** §5.2.1: a new epoch that does not begin at 0 is not a gap. */
function producerGap(gap: Reason<"producer-sequence-gap">, name: string): Problem {
  if (gap.isNewEpoch)
    return invalidRequest("header", [{ path: ["producer-seq"], message: "must be 0 in a new epoch" }]);
  return withHeaders(refusalProblem(gap, name), {
    "Producer-Expected-Seq": String(gap.expectedSeq),
    "Producer-Received-Seq": String(gap.receivedSeq),
  });
}

function withHeaders(problem: Problem, headers: Readonly<Record<string, string>>): Problem {
  return new Problem(problem.kind, problem.message, { ...problem.options, headers });
}
