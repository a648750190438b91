import type { Env } from "../../../src/http/env.ts";
import { createApi } from "../../../src/routing/context.ts";
import { backingOf } from "../../../src/streams/subscriptions/backing.ts";
import { serve } from "../../../src/streams/subscriptions/serve.ts";
import { Subscriptions } from "../../../src/streams/subscriptions/subscriptions.ts";
import { delivererPaths } from "../../../src/transport/deliverer.ts";
import type { FakeNodes } from "../../api/fake-nodes.ts";
import { Harness, type Vars } from "../../api/harness.ts";

/** The deliverer objects without the platform: their alarms never ring. */
export class FakeDeliverers {
  /** The number of objects that were reached. */
  readonly touched = new Set<string>();
  /** The operations that they received. */
  readonly operations: unknown[] = [];
  /** No request reaches them. */
  isDown = false;
  readonly #nodes: FakeNodes;
  readonly #served = new Map<string, Subscriptions>();

  constructor(nodes: FakeNodes) {
    this.#nodes = nodes;
  }

  /** The binding, as the platform provides it. */
  get namespace(): DurableObjectNamespace {
    const stubOf = (cluster: string) => ({
      fetch: (url: string, init: RequestInit) => this.#fetch(cluster, new Request(url, init)),
    });
    return { idFromName: (name: string) => name, get: stubOf } as unknown as DurableObjectNamespace;
  }

  async #fetch(cluster: string, request: Request): Promise<Response> {
    if (this.isDown) throw new Error("the object can't be reached");
    this.touched.add(cluster);
    if (new URL(request.url).pathname === delivererPaths.operation)
      this.operations.push(await request.clone().json());
    return serve(this.#of(cluster), request);
  }

  #of(cluster: string): Subscriptions {
    const served = this.#served.get(cluster) ?? new Subscriptions(this.#backing(cluster), world);
    this.#served.set(cluster, served);
    return served;
  }

  #backing(cluster: string) {
    const nodes = this.#nodes;
    let now = 0;
    const sleep = async (ms: number): Promise<void> => {
      now += ms;
    };
    const api = createApi({ nodes: () => nodes, now: () => now, random: () => 0.5, sleep });
    const env = { REGIONS: "wnam,enam,weur" } as Env;
    return backingOf(api, cluster, () => ({ env, nodes, deadline: now + 10_000, place: null }));
  }
}

/** The API with its deliverers. */
export function withDeliverers(vars: Vars): {
  readonly harness: Harness;
  readonly deliverers: FakeDeliverers;
} {
  const late: { deliverers?: FakeDeliverers } = {};
  const namespace = {
    get DELIVERERS() {
      return late.deliverers?.namespace as DurableObjectNamespace;
    },
  };
  const harness = new Harness(Object.assign(namespace, vars) as Vars);
  const deliverers = new FakeDeliverers(harness.nodes);
  late.deliverers = deliverers;
  return { harness, deliverers };
}

const world = { now: () => Date.now(), random: () => 0.5, arm: () => {} };
