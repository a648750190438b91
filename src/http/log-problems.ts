import type { ProblemKind } from "./problem-kind.ts";

/** Refusals by the state of a log, of its producers or of its consumers. */
export const logProblems = {
  "stale-producer-epoch": {
    status: 403,
    title: "A newer epoch of the producer has appended",
    description:
      "`Producer-Epoch` is lower than `epoch`, the newest that this producer id has used in the log. This writer was replaced and must stop. Nothing was written.",
  },
  "log-not-found": {
    status: 404,
    title: "There is no such log",
    description: "Create it with PUT /v1/logs/{log}. Nothing was written.",
  },
  "source-not-found": {
    status: 404,
    title: "There is no log to fork",
    description: "The log to fork does not exist. Nothing was written.",
  },
  "consumer-not-found": {
    status: 404,
    title: "There is no such consumer",
    description:
      "The log has no consumer of this name: PUT /v1/logs/{log}/consumers/{name} makes one. Nothing was written.",
  },
  "log-exists": {
    status: 409,
    title: "The log exists with other settings",
    description: "Its settings differ from those in the request. Nothing was written.",
  },
  "log-closed": {
    status: 409,
    title: "The log is closed",
    description: "It was sealed for ever, and ends at `tail`. Nothing was written.",
  },
  "content-type-mismatch": {
    status: 409,
    title: "The log takes records of another media type",
    description:
      "All its records have the type `content_type`. Append records with `json` to a log of `application/json`, and other records to a log of another type. Nothing was written.",
  },
  "writer-sequence-regression": {
    status: 409,
    title: "The writer's sequence does not grow",
    description: "It must be greater than `writer_seq`, the last one, byte by byte. Nothing was written.",
  },
  "lease-held": {
    status: 409,
    title: "The consumer's lease is not yours",
    description:
      "`holder` has the lease until `until` (ms since the epoch, on the leader's clock). If they are null, the lease is over, and another client may have moved the position since. Read the consumer, take the lease again, and continue from its position. Nothing was written.",
  },
  "producer-sequence-gap": {
    status: 409,
    title: "Batches of the producer are missing",
    description:
      "A producer's batches are numbered from 0 within an epoch, without gaps: `expected_producer_seq` is the next one, and `received_producer_seq` was sent. Nothing was written.",
  },
  trimmed: {
    status: 410,
    title: "The records are gone",
    description:
      "The log begins at `earliest`: records before it were dropped for good, by its retention or a trim.",
  },
  "log-gone": {
    status: 410,
    title: "The log is deleted, but has forks",
    description:
      "Its records are kept for its forks. The name can be used again once all of them are deleted. Nothing was written.",
  },
  "source-gone": {
    status: 409,
    title: "The log to fork is deleted",
    description: "Only its forks are left: fork one of them. Nothing was written.",
  },
  "batch-trimmed": {
    status: 410,
    title: "The batch was stored, and is trimmed",
    description:
      "This is a retry of a batch that was stored when it was first sent. Its records have been trimmed since, and their positions are not known any more. The producer's newest batch is `producer_seq`: continue after it, unless the log is `closed`. Nothing was written now.",
  },
  "sequence-mismatch": {
    status: 412,
    title: "The log's tail is not the expected one",
    description:
      "`expected_seq`, or the tail in `If-Match`, is not the log's next sequence number, which is `tail`. `fencing_token` is the log's, because other writers may append. Nothing was written.",
  },
  fenced: {
    status: 412,
    title: "The log has another fencing token",
    description:
      "The log's token is `fencing_token` (null: it has none), not the one in the request. Another writer has taken over, so stop, unless that is you. Nothing was written.",
  },
  "version-mismatch": {
    status: 412,
    title: "The consumer's version is not the expected one",
    description:
      "`If-Match` does not name its `version` (0: there is none), or `If-None-Match: *` was sent and there is one. Nothing was written.",
  },
  "batch-too-large": {
    status: 413,
    title: "The batch is too large",
    description: "A batch's records have at most `bytes_max` bytes together. Split it. Nothing was written.",
  },
  "beyond-tail": {
    status: 416,
    title: "The log does not reach that far",
    description:
      "A sequence number of the request is greater than `tail`, the log's next one. Reading from the tail itself gives an empty page. With `consistency=local` the replica may lag: give a `min_index`. Nothing was written.",
  },
  "fork-too-deep": {
    status: 422,
    title: "The fork is too far from the first log",
    description: "The records of a fork may be in at most `depth_max` other logs. Nothing was written.",
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;
