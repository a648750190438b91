import type { Context } from "hono";
import { authorize } from "../api/auth.ts";
import { carryOut } from "../api/carry-out.ts";
import type { Api, AppEnv } from "../api/context.ts";
import { streamName } from "./path.ts";
import { visitStreams } from "./request.ts";

/** `DELETE` (§5.4). */
export async function remove(c: Context<AppEnv>, api: Api): Promise<Response> {
  const name = streamName(c);
  await authorize(c, "admin", name);
  await carryOut(await visitStreams(c, api), { kind: "delete", name });
  return c.body(null, 204);
}
