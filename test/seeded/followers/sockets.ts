import type { Said } from "../../sockets/conversation.ts";
import { Wire } from "../clients/wire.ts";
import type { FollowerPlan } from "../world/plan.ts";
import type { Connect, Notes } from "./form.ts";
import { placeHeaders, recordsUrl, seenOf } from "./native-queries.ts";

/** The number of a session's tail. A socket's only tail has the number 0. */
const sessionTail = 7;

/** How to ask for a tail over a WebSocket. */
interface Asking {
  readonly tail: number;
  open(url: string, from: number | "earliest" | "tail"): Wire;
  /** The first message. */
  ask(from: number | "earliest" | "tail"): unknown;
}

function socketOf(plan: FollowerPlan): Asking {
  return {
    tail: 0,
    open: (url, from) =>
      new Wire(url, pathOf(recordsUrl(plan, url, { from: String(from) })), placeHeaders(plan)),
    ask: () => ({ kind: "ping" }),
  };
}

function sessionOf(plan: FollowerPlan): Asking {
  const { log, credit } = plan;
  return {
    tail: sessionTail,
    open: (url) => new Wire(url, "/v1/sessions", placeHeaders(plan)),
    ask: (from) => ({ kind: "tail", tail: sessionTail, log: log.name, from, credit }),
  };
}

const pathOf = ({ pathname, search }: URL): string => pathname + search;

/** Follows over WebSockets. Gives credit back in portions, and continues from `next`. */
export function followSockets(plan: FollowerPlan, notes: Notes): Connect {
  const asking = plan.form === "session" ? sessionOf(plan) : socketOf(plan);
  let next: number | null = null;
  return async (url, signal) => {
    const from = next ?? plan.from;
    const wire = asking.open(url, from).closeOn(signal);
    const credit = new Credit(wire, asking.tail, plan.credit);
    let isFirst = true;
    for await (const said of wire.messages()) {
      if (signal.aborted) break;
      if (isFirst) wire.say(asking.ask(from));
      isFirst = false;
      if (said.tail !== asking.tail) continue;
      next = take(said, next, notes, credit);
      if (said.kind === "error") break;
    }
    wire.close();
  };
}

/** Returns the next record to read. */
function take(said: Said, before: number | null, notes: Notes, credit: Credit): number | null {
  switch (said.kind) {
    case "tailing":
      credit.begins(said.credit);
      if (before === null) notes.begins(said.next);
      else if (before !== said.next) notes.fault(`asked for ${before}, and was to get ${said.next}`);
      return said.next;
    case "records":
      if (credit.left <= 0) notes.fault(`got records with a credit of ${credit.left}`);
      for (const record of said.records) notes.see(seenOf(record));
      credit.take(said.bytes);
      return said.next;
    case "closed":
      notes.ends();
      return before;
    default:
      return before;
  }
}

/** The credit, as the client knows it. The node can't know of more. */
class Credit {
  left = 0;
  readonly #wire: Wire;
  readonly #tail: number;
  readonly #portion: number;
  #taken = 0;

  constructor(wire: Wire, tail: number, portion: number) {
    this.#wire = wire;
    this.#tail = tail;
    this.#portion = portion;
  }

  begins(bytes: number): void {
    this.left = bytes;
  }

  take(bytes: number): void {
    this.left -= bytes;
    this.#taken += bytes;
    if (this.#taken < this.#portion) return;
    this.#wire.say({ kind: "credit", tail: this.#tail, bytes: this.#taken });
    this.left += this.#taken;
    this.#taken = 0;
  }
}
