/** A log's name shows how it is used and how it is judged. */
const prefixes = { churned: "churn-", forked: "fork-", timed: "timed-" } as const;

export const logName = (kind: keyof typeof prefixes, i: number): string => `${prefixes[kind]}${i}`;

const isOf = (kind: keyof typeof prefixes, name: string): boolean => name.startsWith(prefixes[kind]);

/** Clients delete, trim and make these again. Of other logs only time and retention take anything. */
export const isDeletable = (name: string): boolean => isOf("churned", name) || isOf("forked", name);

/** Each sequence number means one record for ever, over all lives of the log. */
export const isLinear = (name: string): boolean => !isOf("forked", name) && !isOf("timed", name);
