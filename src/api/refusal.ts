import type { Refusal } from "../log/types.ts";
import type { NodeId } from "../raft/types.ts";
import { Problem } from "./problem.ts";

/** What the log's state forbade, as a problem. */
export function refusalProblem(refusal: Refusal, log: string): Problem {
  switch (refusal.reason) {
    case "log-not-found":
      return logNotFound(log);
    case "sequence-mismatch": {
      const { expectedSeq: expected_seq, tail } = refusal;
      return new Problem("sequence-mismatch", `The tail is ${tail}, not ${expected_seq}.`, {
        members: { tail, expected_seq },
      });
    }
    case "stale-producer-epoch": {
      const { epoch } = refusal;
      return new Problem("stale-producer-epoch", `The producer has appended in epoch ${epoch}.`, {
        members: { epoch },
      });
    }
    case "producer-sequence-gap": {
      const { expectedSeq: expected_producer_seq, receivedSeq: received_producer_seq } = refusal;
      const detail = `The producer's next batch is ${expected_producer_seq}, not ${received_producer_seq}.`;
      return new Problem("producer-sequence-gap", detail, {
        members: { expected_producer_seq, received_producer_seq },
      });
    }
    case "batch-too-large": {
      const { bytes, bytesMax: bytes_max } = refusal;
      return new Problem("batch-too-large", `The batch takes ${bytes} bytes.`, {
        members: { bytes, bytes_max },
      });
    }
  }
}

/** There is no log of this name. */
export function logNotFound(log: string): Problem {
  return new Problem("log-not-found", `There is no log ${log}.`);
}

/** The cluster has no member of this number. */
export function nodeNotFound(cluster: string, id: NodeId): Problem {
  return new Problem("node-not-found", `The cluster ${cluster} has no node ${id}.`);
}
