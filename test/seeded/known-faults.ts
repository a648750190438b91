import type { Mutant } from "../simulation/mutants/mutant.ts";

/** Faults that a few seeds must find, each in another part of what clients meet. */
export const faults: readonly Mutant[] = [
  {
    name: "an append is answered before it is committed",
    file: "src/node/serve-command.ts",
    original: "awaitEntry(parts, index, term, toAnswer(outcome(index, term)), ticket);",
    fault: "ticket.answer(toAnswer(outcome(index, term)));",
  },
  {
    name: "a producer's retry is appended again",
    file: "src/log/producer.ts",
    original: 'if (tuple.seq === expectedSeq) return { kind: "next" };',
    fault: 'if (tuple.seq <= expectedSeq) return { kind: "next" };',
  },
  {
    name: "an event's id is that of its record, not of the next one",
    file: "src/sessions/tail-format.ts",
    original: "(placed) => one(placed.seq, recordLine(placed))",
    fault: "(placed) => one(placed.seq - 1, recordLine(placed))",
  },
  {
    name: "credit wakes no tail",
    file: "src/node/fan-out.ts",
    original:
      "subscriber.move({ ...position, credit: position.credit + bytes, stalledAt: null });\n    this.#due.add(subscriber);",
    fault: "subscriber.move({ ...position, credit: position.credit + bytes, stalledAt: null });",
  },
  {
    name: "a stream's event names a place behind the next record",
    file: "src/streams/sse-events.ts",
    original: "streamNextOffset: formatOffset(next.seq, next.byte),",
    fault: "streamNextOffset: formatOffset(next.seq + 1, next.byte),",
  },
  {
    name: "a webhook that fails counts as done",
    file: "src/streams/subscriptions/webhook.ts",
    original: 'if (response.ok) return (await saysDone(response)) ? "done" : "taken";',
    fault: 'return "done";',
  },
];
