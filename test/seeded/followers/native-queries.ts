import { placed, places } from "../../cluster/requests.ts";
import type { FollowerPlan } from "../world/plan.ts";

/** The URL of a follower's records, with the consistency of its beginning. */
export function recordsUrl(plan: FollowerPlan, url: string, query: Readonly<Record<string, string>>): URL {
  const records = new URL(`/v1/logs/${encodeURIComponent(plan.log.name)}/records`, url);
  const consistency = plan.isLocal ? { consistency: "local" } : {};
  records.search = String(new URLSearchParams({ ...query, ...consistency }));
  return records;
}

/** The place of a follower: the nearest node serves it. */
export const placeHeaders = ({ near }: FollowerPlan): Record<string, string> =>
  placed(near === null ? undefined : places[near - 1]);

/** A record, as in all native forms. */
export interface NativeRecord {
  readonly seq: number;
  readonly data?: string;
  readonly json?: string;
}

export const seenOf = ({ seq, data, json }: NativeRecord) => ({ seq, text: data ?? json ?? "" });
