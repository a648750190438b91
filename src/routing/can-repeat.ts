import type { Command } from "../log/types.ts";

/**
 * Whether a command that may have happened can be sent again: twice is the same as once, and a refusal of the
 * second time is none of the first. Others' commands may come in between. A second delete would destroy what
 * was made and appended since. A second append without a producer, or a second write that expects what the first
 * one has changed, would be refused, or done, for its own first time; so would a second move of a consumer
 * that somebody has leased since. Who makes, trims, seals, fences or leases has not been answered yet: to have
 * it so once more is what they ask for.
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
