import { DurableObject } from "cloudflare:workers";
import type { Env } from "../../http/env.ts";
import { Alarm } from "../../node/alarm.ts";
import { createApi } from "../../routing/context.ts";
import { objectNodes } from "../../routing/object-nodes.ts";
import { backingOf } from "./backing.ts";
import { serve } from "./serve.ts";
import { Subscriptions } from "./subscriptions.ts";

/** How long a command or a query of the cluster may take, ms. */
const requestTimeoutMs = 10_000;
/** How late an alarm may be before it counts as lost, ms. */
const alarmLostAfterMs = 2_000;
const CLUSTER = "cluster";

/**
 * Serves and delivers the subscriptions of one cluster, and is named after it. It stores only an alarm: all else is
 * replicated in the cluster. Without work it has no alarm, and costs nothing.
 */
export class TimberlineDeliverer extends DurableObject<Env> {
  readonly #alarm: Alarm;
  #subscriptions: Subscriptions | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#alarm = new Alarm((at) => void ctx.storage.setAlarm(at), alarmLostAfterMs);
    void ctx.blockConcurrencyWhile(async () => this.#alarm.loaded(await ctx.storage.getAlarm()));
  }

  override fetch(request: Request): Promise<Response> {
    return serve(this.#served(), request);
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang();
    await this.#served().run();
  }

  #served(): Subscriptions {
    this.#subscriptions ??= this.#make();
    return this.#subscriptions;
  }

  #make(): Subscriptions {
    const cluster = this.ctx.id.name ?? this.ctx.storage.kv.get<string>(CLUSTER);
    if (cluster === undefined) throw new Error("a deliverer does not know its cluster");
    const { nodes, now } = { nodes: objectNodes(this.env.NODES), now: () => Date.now() };
    const random = () => Math.random();
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const api = createApi({ nodes: () => nodes, now, random, sleep });
    const begin = () => ({ env: this.env, nodes, deadline: now() + requestTimeoutMs, place: null });
    const arm = (at: number): void => this.#arm(cluster, at);
    return new Subscriptions(backingOf(api, cluster, begin), { now, random, arm });
  }

  /** In an alarm, an object does not know its own name. */
  #arm(cluster: string, at: number): void {
    if (this.ctx.storage.kv.get<string>(CLUSTER) !== cluster) this.ctx.storage.kv.put(CLUSTER, cluster);
    this.#alarm.ensure(at, Date.now());
  }
}
