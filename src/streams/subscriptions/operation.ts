import type { z } from "@hono/zod-openapi";
import type { refusalOutput } from "./output.ts";
import { refusalStatus, type SubscriptionRefusal } from "./refusal.ts";
import type { SubscriptionConfiguration, WakeRef } from "./state.ts";
import type { Progress } from "./working.ts";

/** A request to the subscriptions of a cluster, after validation and authorization. */
export type Operation =
  | {
      readonly kind: "put";
      readonly id: string;
      readonly configuration: SubscriptionConfiguration;
      readonly streamRoot: string;
    }
  | { readonly kind: "delete"; readonly id: string }
  | { readonly kind: "link"; readonly id: string; readonly paths: readonly string[] }
  | { readonly kind: "unlink"; readonly id: string; readonly path: string }
  | { readonly kind: "claim"; readonly id: string; readonly worker: string }
  | { readonly kind: "revoke-keys" }
  | AckOperation
  | ReleaseOperation;

/** A request of a webhook by its callback, or of a worker that has claimed (Durable Streams §7). */
export interface AckOperation extends Progress {
  readonly kind: "callback" | "ack";
  readonly id: string;
  readonly token: string;
  readonly ref: WakeRef;
}

export interface ReleaseOperation {
  readonly kind: "release";
  readonly id: string;
  readonly token: string;
  readonly ref: WakeRef;
}

/** The answer: a status, and a JSON body unless it is null. */
export interface OperationReply {
  readonly status: number;
  readonly body: unknown;
}

export const noContent: OperationReply = { status: 204, body: null };

/** A refusal in the protocol's form (§7.1, §7.2). */
export function refusalReply({ code, message, members }: SubscriptionRefusal): OperationReply {
  const body: z.infer<typeof refusalOutput> = { error: { code, message, ...members } };
  return { status: refusalStatus[code], body };
}

export function notFound(id: string): SubscriptionRefusal {
  return { code: "SUBSCRIPTION_NOT_FOUND", message: `There is no subscription ${id}.` };
}
