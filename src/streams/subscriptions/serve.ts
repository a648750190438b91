import { Problem, problemResponse } from "../../http/problem.ts";
import { delivererPaths } from "../../transport/deliverer.ts";
import type { Operation, OperationReply } from "./operation.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Serves requests of nodes and Workers to the object that has the subscriptions of their cluster. */
export async function serve(subscriptions: Subscriptions, request: Request): Promise<Response> {
  switch (new URL(request.url).pathname) {
    case delivererPaths.news:
      subscriptions.tell(await request.json<readonly string[] | null>());
      return new Response(null, { status: 204 });
    case delivererPaths.operation:
      return responseOf(subscriptions.operate(await request.json<Operation>()));
    default:
      return new Response(null, { status: 404 });
  }
}

async function responseOf(operation: Promise<OperationReply>): Promise<Response> {
  try {
    const { status, body } = await operation;
    return body === null ? new Response(null, { status }) : Response.json(body, { status });
  } catch (error) {
    if (error instanceof Problem) return problemResponse(error);
    throw error;
  }
}
