import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../http/env.ts";
import { errorResponses } from "../../http/openapi.ts";
import { clusterName, deadlineQuery, naturalParameter, nodeId, nodeIds } from "../../http/parameters.ts";
import { serve } from "../../http/route.ts";
import { type Index, toIndex } from "../../raft/types.ts";
import { NODES_MAX } from "../../routing/cluster.ts";
import type { Api } from "../../routing/context.ts";
import { regions } from "../../routing/regions.ts";
import { visit } from "../../routing/visit.ts";
import { configurationOf, configurationOutput } from "./configuration-output.ts";
import { type AskedChange, changeMembers } from "./members-change.ts";

const placeInput = z.strictObject({ region: z.enum(regions) });
const expectedIndex =
  "Only if `configuration.index` is this, so that a repeated request changes the members only once.";

const membersInput = z
  .strictObject({
    region: z.enum(regions).optional().openapi({ description: "Short for one node to add." }),
    add: z.array(placeInput).max(NODES_MAX).default([]).openapi({
      description: "New nodes, and their regions.",
    }),
    remove: nodeIds(NODES_MAX).default([]).openapi({ description: "Numbers of members." }),
    expected_index: z.int().min(0).optional().openapi({ description: expectedIndex }),
  })
  .refine(({ region, add }) => region === undefined || add.length === 0, "takes `region` or `add`, not both")
  .refine(
    ({ region, add, remove }) => region !== undefined || add.length + remove.length > 0,
    "must name nodes to add or to remove",
  )
  .openapi("MembersInput");

const membersOutput = z
  .object({
    configuration: configurationOutput,
    added: z
      .array(z.int())
      .openapi({ description: "The numbers of the new nodes, in the order of the request." }),
  })
  .openapi("Members");

const json = { content: { "application/json": { schema: membersOutput } } };
const responses = {
  200: { description: "It is done.", ...json },
  202: {
    description: "Its first step is committed. The others follow by themselves, and show in the status.",
    ...json,
  },
  ...errorResponses,
};

/** `POST …/clusters/{cluster}/members` (paper §6). */
export function changeMembersRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const operation = {
    method: "post" as const,
    path: "/v1/clusters/{cluster}/members",
    operationId: "changeMembers",
    summary: "Add, remove or replace members",
    description:
      "One change at a time. New nodes first catch up. Then they become voters at the same moment at which the removed ones stop being voters.",
    tags: ["clusters"],
    allows: "admin" as const,
    params: z.object({ cluster: clusterName }),
    query: z.strictObject(deadlineQuery),
    body: membersInput,
    responses,
  };
  serve(app, operation, (c, { query, body }) => change(c, api, query.timeout_ms, askedOf(body)));
}

/** `DELETE …/clusters/{cluster}/members/{id}`. */
export function removeMemberRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const operation = {
    method: "delete" as const,
    path: "/v1/clusters/{cluster}/members/{id}",
    operationId: "removeMember",
    summary: "Remove a member",
    description: "Removing a learner ends the change that added it.",
    tags: ["clusters"],
    allows: "admin" as const,
    params: z.object({ cluster: clusterName, id: nodeId }),
    query: z.strictObject({
      ...deadlineQuery,
      expected_index: naturalParameter().optional().openapi({ description: expectedIndex }),
    }),
    responses,
  };
  serve(app, operation, (c, { params: { id }, query: { timeout_ms, expected_index } }) => {
    const asked = { regions: [], remove: [id], expectedIndex: indexOrNull(expected_index) };
    return change(c, api, timeout_ms, asked);
  });
}

async function change(
  c: Context<AppEnv>,
  api: Api,
  timeoutMs: number,
  asked: AskedChange,
): Promise<Response> {
  const { call, cluster } = await visit(c, api, timeoutMs);
  const { answer, added } = await changeMembers(api, call, cluster, asked);
  const configuration = configurationOf(answer.configuration, answer.configurationIndex);
  const output: z.infer<typeof membersOutput> = { configuration, added: [...added] };
  return c.json(output, configuration.state === "stable" ? 200 : 202);
}

function askedOf({ region, add, remove, expected_index }: z.infer<typeof membersInput>): AskedChange {
  const places = region === undefined ? add : [{ region }];
  return { regions: places.map((place) => place.region), remove, expectedIndex: indexOrNull(expected_index) };
}

const indexOrNull = (value: number | undefined): Index | null =>
  value === undefined ? null : toIndex(value);
