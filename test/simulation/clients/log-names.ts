/** What is done to a log, and how it is judged, shows in its name. */
const prefixes = { churned: "churn-", forked: "fork-", timed: "timed-" } as const;

export const logName = (kind: keyof typeof prefixes, i: number): string => `${prefixes[kind]}${i}`;

const isOf = (kind: keyof typeof prefixes, name: string): boolean => name.startsWith(prefixes[kind]);

/** Deleted, trimmed and made again as its clients please; any other log only as time pleases. */
export const isDeletable = (name: string): boolean => isOf("churned", name) || isOf("forked", name);

/** Each of its numbers means one record for ever, over all of its lives. */
export const isLinear = (name: string): boolean => !isOf("forked", name) && !isOf("timed", name);
