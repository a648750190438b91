import { expect, test } from "vitest";
import { problemResponse } from "../../src/http/problem.ts";
import type { Refusal } from "../../src/log/outcome.ts";
import { refusalProblem } from "../../src/routing/refusal.ts";

const lease = { holder: "h", until: 1 };
const mismatch = { expectedSeq: 1, tail: 9, fencingToken: "t" };
const shownMismatch = { expected_seq: 1, tail: 9, fencing_token: "t" };
const gap = { expectedSeq: 1, receivedSeq: 3, isNewEpoch: false };
const shownGap = { expected_producer_seq: 1, received_producer_seq: 3 };
const gone = { earliest: 5, tail: 9 };
const lost = { ...gone, closed: true };

/** Most are also seen where they come about; some are of what only another face asks for. */
test.each([
  [404, "log-not-found", {}, {}],
  [410, "log-gone", {}, {}],
  [409, "log-exists", {}, {}],
  [409, "log-closed", { tail: 9 }, { tail: 9 }],
  [409, "content-type-mismatch", { contentType: "text/css" }, { content_type: "text/css" }],
  [409, "writer-sequence-regression", { writerSeq: "b" }, { writer_seq: "b" }],
  [412, "sequence-mismatch", mismatch, shownMismatch],
  [412, "fenced", { tail: 9, fencingToken: null }, { tail: 9, fencing_token: null }],
  [403, "stale-producer-epoch", { epoch: 2 }, { epoch: 2 }],
  [409, "producer-sequence-gap", gap, shownGap],
  [410, "batch-trimmed", { ...lost, producerSeq: 4 }, { ...lost, producer_seq: 4 }],
  [413, "batch-too-large", { bytes: 7, bytesMax: 6 }, { bytes: 7, bytes_max: 6 }],
  [416, "beyond-tail", { tail: 9 }, { tail: 9 }],
  [410, "trimmed", gone, gone],
  [404, "source-not-found", {}, {}],
  [409, "source-gone", {}, {}],
  [422, "fork-too-deep", { depthMax: 64 }, { depth_max: 64 }],
  [412, "version-mismatch", { version: 3 }, { version: 3 }],
  [409, "lease-held", { lease }, lease],
  [409, "lease-held", { lease: null }, { holder: null, until: null }],
])("%i %s, of %j", async (status, reason, fields, members) => {
  const response = problemResponse(refusalProblem({ reason, ...fields } as Refusal, "logs/a"));
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({
    ...{
      type: `/problems/${reason}`,
      status,
      title: expect.any(String),
      detail: expect.stringMatching(/\.$/),
    },
    ...members,
  });
});
