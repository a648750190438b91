import fc from "fast-check";
import { expect, it } from "vitest";
import { useCluster } from "../cluster/local-cluster.ts";
import { Model } from "./model.ts";
import { anyOperations, type Operation } from "./operations.ts";
import { type Place, send, show, shown } from "./requests.ts";

const cluster = useCluster();

/** Sends one operation, and compares the answer with the model's. */
async function step(model: Model, place: Place, operation: Operation): Promise<void> {
  const tail = model.logs.get(operation.name)?.records.length ?? 0;
  const anchor = operation.kind === "fork" ? model.anchor(operation) : 0;
  const expected = model.apply(operation);
  const response = await send(place, operation, tail, anchor);
  const body = await response.text();
  expect({ operation, status: response.status, body }).toEqual({
    operation,
    status: expected.status,
    body: expect.any(String),
  });
  if (expected.start !== undefined) expect(JSON.parse(body)).toMatchObject({ start: expected.start });
}

let runs = 0;

it("after any requests to the two APIs, both show the same as a simple model of a log", async () => {
  await fc.assert(
    fc.asyncProperty(anyOperations, async (operations) => {
      const model = new Model();
      runs += 1;
      const place = { url: cluster.url, prefix: `run-${runs}-` };
      for (const operation of operations) await step(model, place, operation);
      for (const log of model.logs.values()) {
        if (log.deleted) continue;
        for (const face of ["native", "stream"] as const)
          expect({ face, log: log.name, shows: await show(place, face, log.name) }).toEqual({
            face,
            log: log.name,
            shows: shown(face, log),
          });
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
