/** The refusals of requests about subscriptions: the protocol's names (§6, §7) and their statuses. */
export const refusalStatus = {
  INVALID_REQUEST: 400,
  WEBHOOK_URL_REJECTED: 400,
  TOKEN_INVALID: 401,
  SUBSCRIPTION_NOT_FOUND: 404,
  SUBSCRIPTION_ALREADY_EXISTS: 409,
  TOO_MANY_SUBSCRIPTIONS: 409,
  FENCED: 409,
  ALREADY_CLAIMED: 409,
  NO_PENDING_WORK: 409,
  INVALID_OFFSET: 409,
} as const;

export type RefusalCode = keyof typeof refusalStatus;

export interface SubscriptionRefusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** Of `ALREADY_CLAIMED`: the holder of the lease (null: without a name), and its wake. */
  readonly members?: { readonly current_holder: string | null; readonly generation: number };
}

export function refusal(
  code: RefusalCode,
  message: string,
  members?: SubscriptionRefusal["members"],
): SubscriptionRefusal {
  return members === undefined ? { code, message } : { code, message, members };
}
