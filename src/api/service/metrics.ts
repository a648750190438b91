import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { clusterName, deadlineQuery } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import type { Api } from "../../routing/context.ts";
import { visit } from "../../routing/visit.ts";
import { clusterStatus, type Member } from "../clusters/status.ts";

const contentType = "text/plain; version=0.0.4; charset=utf-8";

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  /** Undefined if a member does not report it. */
  readonly of: (member: Member) => number | boolean | undefined;
}

const gauge = (name: string, help: string, of: Metric["of"]): Metric => ({ name, type: "gauge", help, of });
const counter = (name: string, help: string, of: Metric["of"]): Metric => ({
  name: `${name}_total`,
  type: "counter",
  help: `${help} since its object started.`,
  of,
});

const metrics: readonly Metric[] = [
  gauge("up", "Whether the member answers and takes part.", ({ state }) => state === "started"),
  gauge("leader", "Whether it reports itself as leader.", ({ role }) =>
    role === undefined ? role : role === "leader",
  ),
  gauge("asleep", "Whether it does nothing until it is needed.", ({ asleep }) => asleep),
  gauge("term", "Its term.", ({ term }) => term),
  gauge("commit_index", "Its commit index.", (member) => member.commit_index),
  gauge("last_index", "The end of its log.", ({ last_index }) => last_index),
  gauge("snapshot_index", "Its log is compacted up to here.", ({ snapshot_index }) => snapshot_index),
  gauge("lag_entries", "Entries that it lacks, as the leader sees it.", ({ lag }) => lag),
  gauge("requests", "Requests under way in it.", ({ requests }) => requests),
  gauge("waiting_readers", "Reads that wait in it.", ({ waiting_readers }) => waiting_readers),
  gauge(
    "queued_bytes",
    "Bytes of requests that wait for their turn, or are handed on.",
    ({ queued_bytes }) => queued_bytes,
  ),
  gauge(
    "uncommitted_bytes",
    "Bytes that it has proposed and not committed.",
    (member) => member.uncommitted_bytes,
  ),
  counter("corrupt_entries", "Damaged entries dropped", ({ corrupt_entries }) => corrupt_entries),
  counter("alarms", "Alarms rung", ({ counters }) => counters?.alarms),
  counter("peer_calls", "Calls to peers made", ({ counters }) => counters?.calls),
  counter("rows_written", "Rows written", ({ counters }) => counters?.rows),
];

/** `GET /metrics` of `main`, and below a cluster's name: its status in numbers, in the format of Prometheus. */
export function metricsRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  metricsRoute(app, api, { path: "/metrics", suffix: "", params: z.object({}) });
  const params = z.object({ cluster: clusterName });
  metricsRoute(app, api, { path: "/v1/clusters/{cluster}/metrics", suffix: "InCluster", params });
}

function metricsRoute(
  app: OpenAPIHono<AppEnv>,
  api: Api,
  { path, suffix, params }: { path: string; suffix: string; params: z.ZodObject },
): void {
  const operation = {
    method: "get" as const,
    path,
    operationId: `metrics${suffix}`,
    summary: "Metrics of a cluster, in the text format of Prometheus",
    description:
      "Asks each member, and wakes none. For a member that does not answer there are only `up` and its lag, as the leader sees it.",
    tags: ["health"],
    allows: "read" as const,
    params,
    query: z.strictObject(deadlineQuery),
    responses: {
      200: {
        description: "One line for each member and metric.",
        content: { "text/plain": { schema: z.string() } },
      },
      ...errorResponses,
    },
  };
  serve(app, operation, async (c, { query }) => {
    const { call, cluster } = await visit(c, api, query.timeout_ms);
    const { members } = await clusterStatus(api, call, cluster);
    return c.text(textOf(cluster.name, members), 200, { "Content-Type": contentType });
  });
}

/** The text-based format, version 0.0.4. Names of clusters and regions need no escapes. */
function textOf(cluster: string, members: readonly Member[]): string {
  const family = ({ name, type, help, of }: Metric): string => {
    const full = `timberline_member_${name}`;
    const samples = members.flatMap((member) => {
      const value = of(member);
      const labels = `cluster="${cluster}",node="${member.id}",region="${member.region}"`;
      return value === undefined ? [] : `${full}{${labels}} ${Number(value)}\n`;
    });
    return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${samples.join("")}`;
  };
  return metrics.map(family).join("");
}
