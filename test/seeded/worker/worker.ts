import type { Env } from "../../../src/http/env.ts";
import { TimberlineDeliverer } from "../../../src/streams/subscriptions/deliverer.ts";
import app from "../../../src/worker.ts";

export { TimberlineNode } from "../../../src/sessions/timberline-node.ts";

const abortPath = "/seeded/deliverer/abort";

/** The production deliverer, which can be crashed by request. */
class MortalDeliverer extends TimberlineDeliverer {
  override fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === abortPath) this.ctx.abort("a crash was asked for");
    return super.fetch(request);
  }
}

export { MortalDeliverer as TimberlineDeliverer };

/** The production Worker; `POST /seeded/deliverer/abort` crashes the object that delivers for `main`. */
export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== abortPath) return app.fetch(request, env, context);
    const stub = env.DELIVERERS.get(env.DELIVERERS.idFromName("main"));
    await stub.fetch(request).catch(() => undefined);
    return new Response(null, { status: 204 });
  },
};
