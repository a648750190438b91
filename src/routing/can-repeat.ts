import type { Command } from "../log/types.ts";

/**
 * Whether a command that may have happened can be sent again: twice must have the same effect as once, and a refusal of
 * the second attempt must be true of the first. Other commands may come in between. A second delete would delete a log
 * that was created since. A second append without a producer would append twice. A second write with a condition would
 * be refused because of the first one, and so would a move of a consumer that another client has leased since.
 * Creating, trimming, sealing, fencing and leasing can be repeated: the caller has no answer yet, and asks for this
 * state.
 */
export function canRepeat(command: Command): boolean {
  switch (command.kind) {
    case "append":
      return command.producer !== null;
    case "create":
    case "trim":
    case "close":
    case "renew":
      return true;
    case "fence":
      return command.expected === undefined;
    case "document":
      return command.expectedVersion === null;
    case "consumer":
      return command.expectedVersion === null && command.position === null;
    case "delete":
      return false;
  }
}
