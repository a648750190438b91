import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { permit } from "../../http/auth.ts";
import type { AppEnv } from "../../http/env.ts";
import { describeJsonBody, requireJsonBody } from "../../http/json-body.ts";
import { errorResponses } from "../../http/openapi.ts";
import { clusterName, deadlineQuery, naturalParameter, nodeId, nodeIds } from "../../http/parameters.ts";
import { type Index, toIndex } from "../../raft/types.ts";
import { NODES_MAX } from "../../routing/cluster.ts";
import type { Api } from "../../routing/context.ts";
import { regions } from "../../routing/regions.ts";
import { type Call, callOf } from "../../routing/world.ts";
import { configurationOf, configurationOutput } from "./configuration-output.ts";
import { type AskedChange, changeMembers } from "./members-change.ts";

const placeInput = z.strictObject({ region: z.enum(regions) });
const expectedIndex =
  "Only if `configuration.index` is this: then a change that was asked for twice happens once.";

const membersInput = z
  .strictObject({
    region: z.enum(regions).optional().openapi({ description: "Short for one node to add." }),
    add: z.array(placeInput).max(NODES_MAX).default([]).openapi({
      description: "New nodes, and where they are to live.",
    }),
    remove: nodeIds(NODES_MAX).default([]).openapi({ description: "Numbers of members." }),
    expected_index: z.int().min(0).optional().openapi({ description: expectedIndex }),
  })
  .refine(({ region, add }) => region === undefined || add.length === 0, "takes `region` or `add`, not both")
  .refine(
    ({ region, add, remove }) => region !== undefined || add.length + remove.length > 0,
    "must say whom to add or to remove",
  )
  .openapi("MembersInput");

const membersOutput = z
  .object({
    configuration: configurationOutput,
    added: z.array(z.int()).openapi({ description: "The numbers of the new nodes, in the order asked for." }),
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

/** `POST …/clusters/{cluster}/members` and `DELETE …/members/{id}` (paper §6). */
export function memberRoutes(app: OpenAPIHono<AppEnv>, api: Api): void {
  changeRoute(app, api);
  removeRoute(app, api);
}

function changeRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const route = createRoute({
    method: "post",
    path: "/v1/clusters/{cluster}/members",
    operationId: "changeMembers",
    summary: "Add, remove or replace members",
    description:
      "One change at a time. New nodes first catch up, and then become voters in the same moment in which those who are removed cease to be.",
    tags: ["clusters"],
    middleware: permit("admin"),
    request: { params: z.object({ cluster: clusterName }), query: z.strictObject(deadlineQuery) },
    responses,
  });
  describeJsonBody(app, route, membersInput, { required: true });
  app.openapi({ ...route, hide: true }, async (c) => {
    const call = callOf(c, api.world, c.req.valid("query").timeout_ms);
    const input = await requireJsonBody(c.req.raw, membersInput);
    const { status, output } = await change(api, call, c.req.valid("param").cluster, askedOf(input));
    return c.json(output, status);
  });
}

function removeRoute(app: OpenAPIHono<AppEnv>, api: Api): void {
  const query = z.strictObject({
    ...deadlineQuery,
    expected_index: naturalParameter().optional().openapi({ description: expectedIndex }),
  });
  const route = createRoute({
    method: "delete",
    path: "/v1/clusters/{cluster}/members/{id}",
    operationId: "removeMember",
    summary: "Remove a member",
    description: "A learner's removal ends the change that it came with.",
    tags: ["clusters"],
    middleware: permit("admin"),
    request: { params: z.object({ cluster: clusterName, id: nodeId }), query },
    responses,
  });
  app.openapi(route, async (c) => {
    const { timeout_ms, expected_index } = c.req.valid("query");
    const { cluster, id } = c.req.valid("param");
    const call = callOf(c, api.world, timeout_ms);
    const asked = { regions: [], remove: [id], expectedIndex: indexOrNull(expected_index) };
    const { status, output } = await change(api, call, cluster, asked);
    return c.json(output, status);
  });
}

async function change(
  api: Api,
  call: Call,
  name: string,
  asked: AskedChange,
): Promise<{ readonly status: 200 | 202; readonly output: z.infer<typeof membersOutput> }> {
  const cluster = await api.directory.resolve(call, name);
  const { answer, added } = await changeMembers(api, call, cluster, asked);
  const configuration = configurationOf(answer.configuration, answer.configurationIndex);
  const status = configuration.state === "stable" ? 200 : 202;
  return { status, output: { configuration, added: [...added] } };
}

function askedOf({ region, add, remove, expected_index }: z.infer<typeof membersInput>): AskedChange {
  const places = region === undefined ? add : [{ region }];
  return { regions: places.map((place) => place.region), remove, expectedIndex: indexOrNull(expected_index) };
}

const indexOrNull = (value: number | undefined): Index | null =>
  value === undefined ? null : toIndex(value);
