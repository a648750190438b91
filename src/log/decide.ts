import { decideAppend } from "./decide-append.ts";
import { decideClose, decideFence, decideRenew, decideTrim } from "./decide-change.ts";
import { decideCreate } from "./decide-create.ts";
import { decideConsumer, decideDocument } from "./decide-document.ts";
import { type Decision, propose, refuse } from "./decision.ts";
import { isHeld } from "./forks.ts";
import type { Refusal } from "./outcome.ts";
import { isExpired } from "./state.ts";
import { deletion, type Subject } from "./subject.ts";
import type { Command, CreateCommand } from "./types.ts";
import type { LogView } from "./view.ts";

/**
 * Decides `command` by the leader's whole log, uncommitted entries included. `now` is the leader's wall clock, ms since
 * the epoch.
 */
export function decide(command: Command, view: LogView, now: number): Decision {
  if (command.kind === "create") return decideCreate(command, view, now);
  const life = view.life(command.name);
  if (life === null) return refuse({ reason: "log-not-found" });
  const subject = { life, tail: view.tail(life.id), view, now };
  if (life.deleted) return refuse(absence(subject));
  if (!isExpired(life.state, subject.tail, now)) return decideOn(command, subject);
  return command.kind === "renew" ? expire(subject) : refuse(absence(subject));
}

function decideOn(command: Exclude<Command, CreateCommand>, subject: Subject): Decision {
  switch (command.kind) {
    case "append":
      return decideAppend(command, subject);
    case "trim":
      return decideTrim(command, subject);
    case "close":
      return decideClose(command, subject);
    case "fence":
      return decideFence(command, subject);
    case "renew":
      return decideRenew(command, subject);
    case "delete":
      return propose(deletion(subject), () => ({ kind: "deleted" }));
    case "consumer":
      return decideConsumer(command, subject);
    case "document":
      return decideDocument(command, subject);
  }
}

/** The refusal for a log that does not exist any more depends on whether its forks do. */
function absence({ life, view }: Subject): Refusal {
  return { reason: isHeld(life.id, view) ? "log-gone" : "log-not-found" };
}

/** The log's time is over by the leader's clock. A deletion makes that true for all nodes. */
function expire(subject: Subject): Decision {
  const refusal = absence(subject);
  return propose(deletion(subject), () => ({ kind: "refused", refusal }));
}
