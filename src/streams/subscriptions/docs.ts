import { errorResponses, problemContent } from "../../http/openapi.ts";
import { refusalOutput } from "./output.ts";
import { type RefusalCode, refusalStatus } from "./refusal.ts";

/** What the routes of subscriptions have in common in the document. */
export const shared = { tags: ["subscriptions"] };

/** By their statuses, the refusals of a route: these, and `INVALID_REQUEST`. Each status may be of a problem, too. */
export function refusals(...codes: readonly RefusalCode[]) {
  const byStatus = Object.groupBy(["INVALID_REQUEST" as const, ...codes], (code) => refusalStatus[code]);
  const content = { "application/json": { schema: refusalOutput }, ...problemContent };
  const answers = Object.entries(byStatus).map(([status, names]) => [
    status,
    { description: `${names.map((name) => `\`${name}\``).join(", ")}, or a problem.`, content },
  ]);
  return { ...Object.fromEntries(answers), ...errorResponses };
}
