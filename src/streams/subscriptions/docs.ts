import { refusalOutput } from "./output.ts";
import { type RefusalCode, refusalStatus } from "./refusal.ts";

/** What the routes of subscriptions have in common in the document. */
export const shared = { tags: ["subscriptions"] };

const content = { "application/json": { schema: refusalOutput } };

/** Whatever else is wrong with a request. */
const otherRefusals = {
  default: {
    description:
      "Another refusal: its code is the name of a problem (GET /problems), as `NO_LEADER` is of `no-leader`.",
    content,
  },
};

/** By their statuses, the refusals of a route: these, and `INVALID_REQUEST`; others may have these statuses, too. */
export function refusals(...codes: readonly RefusalCode[]) {
  const byStatus = Object.groupBy(["INVALID_REQUEST" as const, ...codes], (code) => refusalStatus[code]);
  const answers = Object.entries(byStatus).map(([status, names]) => [
    status,
    { description: `${names.map((name) => `\`${name}\``).join(", ")}, or the name of a problem.`, content },
  ]);
  return { ...Object.fromEntries(answers), ...otherRefusals };
}
