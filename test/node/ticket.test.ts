import { expect, it } from "vitest";
import { Ticket } from "../../src/node/ticket.ts";
import type { Answer } from "../../src/transport/protocol.ts";

const late: Answer = { kind: "failure", reason: "timeout", leader: null };

it("is answered once, and cleans up then", () => {
  const events: unknown[] = [];
  const ticket = new Ticket(
    (answer) => events.push(answer),
    () => late,
  );
  ticket.atEnd(() => events.push("clean"));
  ticket.answer(late);
  ticket.answer({ kind: "failure", reason: "busy", leader: 1 });
  expect(events).toEqual(["clean", late]);
});

it("cleans up at once what begins after it was answered", () => {
  const events: unknown[] = [];
  const ticket = new Ticket(
    () => {},
    () => late,
  );
  ticket.answer(late);
  ticket.atEnd(() => events.push("clean"));
  expect(events).toEqual(["clean"]);
});
