import type { LogKind } from "../world/plan.ts";

/** A record of a log, as the native API takes it. */
export const recordOf = (kind: LogKind, text: string) => (kind === "json" ? { json: text } : { data: text });
