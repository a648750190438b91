/** The log in `main` that lists the other clusters. */
export const CATALOGUE = "_clusters";

/** The log whose documents are the subscriptions of its cluster, and the keys that sign for them. */
export const SUBSCRIPTIONS_LOG = "_subscriptions";

/** The prefix of the keys of its documents that are subscriptions. */
export const SUBSCRIPTION_PREFIX = "s:";
