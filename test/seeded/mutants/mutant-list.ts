import type { Mutant } from "../../simulation/mutants/mutant.ts";

/** Known faults in what clients see at a disconnect: some for each part of the oracle. */
export const mutants: readonly Mutant[] = [
  {
    name: "an event has the id of its record",
    file: "src/sessions/tail-format.ts",
    original: "const one = (seq: number, json: string): string => ",
    fault: "const one = (after: number, json: string, seq = after - 1): string => ",
  },
  {
    name: "a tail without credit loses a record",
    file: "src/node/fan-out.ts",
    original: "credit: position.credit + bytes, stalledAt: null });",
    fault:
      "credit: position.credit + bytes, stalledAt: null, next: (position.stalledAt === null ? position.next : position.next + 1) as typeof position.next });",
  },
  {
    name: "an append is answered before it is committed",
    file: "src/node/serve-command.ts",
    original: "awaitEntry(parts, index, term, toAnswer(outcome(index, term)), ticket);",
    fault: "ticket.answer(toAnswer(outcome(index, term)));",
  },
  {
    name: "a producer's retry is stored again",
    file: "src/log/producer.ts",
    original: 'if (batch !== null) return { kind: "duplicate", batch, lastSeq };',
    fault: 'if (batch !== null) return { kind: "next" };',
  },
  {
    name: "done also acknowledges what came meanwhile",
    file: "src/streams/subscriptions/working.ts",
    original: "const before = isAll ? allAcked(subscription.links) : subscription.links;",
    fault: "const before = isAll ? allAcked(told(subscription.links, look.ends)) : subscription.links;",
  },
];
