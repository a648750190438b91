import { refusalOutput } from "./output.ts";
import { type RefusalCode, refusalStatus } from "./refusal.ts";

/** The common parts of the subscriptions' routes in the document. */
export const shared = { tags: ["subscriptions"] };

const content = { "application/json": { schema: refusalOutput } };

/** All other refusals. */
const otherRefusals = {
  default: {
    description:
      "Another refusal. Its code is the name of a problem (GET /problems) in capitals, like `NO_LEADER` for `no-leader`.",
    content,
  },
};

/**
 * The refusals of a route by their statuses: these, and `INVALID_REQUEST`. Other refusals may have these statuses too.
 */
export function refusals(...codes: readonly RefusalCode[]) {
  const byStatus = Object.groupBy(["INVALID_REQUEST" as const, ...codes], (code) => refusalStatus[code]);
  const answers = Object.entries(byStatus).map(([status, names]) => [
    status,
    { description: `${names.map((name) => `\`${name}\``).join(", ")}, or the name of a problem.`, content },
  ]);
  return { ...Object.fromEntries(answers), ...otherRefusals };
}
