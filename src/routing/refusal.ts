import { Problem } from "../http/problem.ts";
import type { Refusal } from "../log/outcome.ts";
import type { NodeId } from "../raft/types.ts";

/** A problem, without its name. */
interface Explained {
  readonly detail: string;
  /** Members beside the standard ones. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** A refusal as a problem. They have the same names. */
export function refusalProblem(refusal: Refusal, log: string): Problem {
  const { detail, members = {} } = explain(refusal, log);
  return new Problem(refusal.reason, detail, { members });
}

function explain(refusal: Refusal, log: string): Explained {
  switch (refusal.reason) {
    case "log-not-found":
      return { detail: `There is no log ${log}.` };
    case "log-gone":
      return { detail: `The log ${log} is deleted, but has forks.` };
    case "log-exists":
      return { detail: `The log ${log} exists with other settings.` };
    case "log-closed":
      return { detail: `The log ${log} is closed.`, members: { tail: refusal.tail } };
    case "source-not-found":
      return { detail: `The log that ${log} would be a fork of does not exist.` };
    case "source-gone":
      return { detail: `The log that ${log} would be a fork of is deleted.` };
    case "fork-too-deep": {
      const { depthMax: depth_max } = refusal;
      return { detail: `A fork is at most ${depth_max} logs from the first.`, members: { depth_max } };
    }
    case "batch-too-large": {
      const { bytes, bytesMax: bytes_max } = refusal;
      return { detail: `It has ${bytes} bytes.`, members: { bytes, bytes_max } };
    }
    case "beyond-tail":
      return { detail: `The tail is ${refusal.tail}.`, members: { tail: refusal.tail } };
    case "trimmed": {
      const { earliest, tail } = refusal;
      return { detail: `The earliest record is ${earliest}.`, members: { earliest, tail } };
    }
    case "stale-producer-epoch":
    case "producer-sequence-gap":
    case "batch-trimmed":
      return explainProducer(refusal);
    default:
      return explainCondition(refusal);
  }
}

type ProducerRefusal = Extract<
  Refusal,
  { readonly reason: "stale-producer-epoch" | "producer-sequence-gap" | "batch-trimmed" }
>;

function explainProducer(refusal: ProducerRefusal): Explained {
  switch (refusal.reason) {
    case "stale-producer-epoch": {
      const { epoch } = refusal;
      return { detail: `The producer has appended in epoch ${epoch}.`, members: { epoch } };
    }
    case "producer-sequence-gap": {
      const { expectedSeq: expected_producer_seq, receivedSeq: received_producer_seq } = refusal;
      const detail = `The producer's next batch is ${expected_producer_seq}, not ${received_producer_seq}.`;
      return { detail, members: { expected_producer_seq, received_producer_seq } };
    }
    case "batch-trimmed": {
      const { earliest, tail, closed, producerSeq: producer_seq } = refusal;
      const detail = "The batch was stored when it was first sent, and its records have been trimmed since.";
      return { detail, members: { earliest, tail, closed, producer_seq } };
    }
  }
}

type ConditionRefusal = Extract<
  Refusal,
  {
    readonly reason:
      | "content-type-mismatch"
      | "writer-sequence-regression"
      | "sequence-mismatch"
      | "fenced"
      | "version-mismatch"
      | "lease-held";
  }
>;

function explainCondition(refusal: ConditionRefusal): Explained {
  switch (refusal.reason) {
    case "content-type-mismatch": {
      const { contentType: content_type } = refusal;
      return { detail: `The log's records are ${content_type}.`, members: { content_type } };
    }
    case "writer-sequence-regression": {
      const { writerSeq: writer_seq } = refusal;
      return { detail: `The last writer's sequence is ${writer_seq}.`, members: { writer_seq } };
    }
    case "sequence-mismatch": {
      const { expectedSeq: expected_seq, tail, fencingToken: fencing_token } = refusal;
      const detail = `The tail is ${tail}, not ${expected_seq}.`;
      return { detail, members: { tail, expected_seq, fencing_token } };
    }
    case "fenced": {
      const { tail, fencingToken: fencing_token } = refusal;
      const detail =
        fencing_token === null ? "There is no fencing token." : "The log has another fencing token.";
      return { detail, members: { tail, fencing_token } };
    }
    case "version-mismatch":
      return { detail: `The version is ${refusal.version}.`, members: { version: refusal.version } };
    case "lease-held": {
      const { holder, until } = refusal.lease ?? { holder: null, until: null };
      const detail = holder === null ? "The lease is over." : `${holder} holds the lease.`;
      return { detail, members: { holder, until } };
    }
  }
}

/** The problem for a number that no member has. */
export function nodeNotFound(cluster: string, id: NodeId): Problem {
  return new Problem("node-not-found", `The cluster ${cluster} has no node ${id}.`);
}
