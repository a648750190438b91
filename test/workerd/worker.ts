import { DurableObject } from "cloudflare:workers";
import type { NodeEnv } from "../../src/node/durable-object.ts";
import type { FanOutOptions } from "../../src/node/fan-out.ts";
import type { Persist } from "../../src/raft/ready.ts";
import { TimberlineNode } from "../../src/sessions/timberline-node.ts";
import type { Storage } from "../../src/storage/contract.ts";
import { SqliteStorage } from "../../src/storage/sqlite.ts";

export { TimberlineDeliverer } from "../../src/streams/subscriptions/deliverer.ts";
export { TimberlineNode };

/** An object with nothing but its storage. */
export class BareObject extends DurableObject {}

/** How many of the next writes of a `FragileNode` fail. */
export const faults = { writes: 0 };

class FailingStorage extends SqliteStorage {
  override write(persist: Persist): void {
    super.write(persist);
    if (faults.writes === 0) return;
    faults.writes -= 1;
    throw new Error("the disk is full");
  }
}

/** A node whose disk fails when it is told to. */
export class FragileNode extends TimberlineNode {
  protected override openStorage(): Storage {
    return new FailingStorage(this.ctx.storage);
  }
}

/** A node that falls asleep soon, as do its peers. */
export class DrowsyNode extends TimberlineNode {
  constructor(ctx: DurableObjectState, env: NodeEnv & { readonly DROWSY: DurableObjectNamespace }) {
    super(ctx, { ...env, NODES: env.DROWSY, SLEEP_AFTER_MS: "300" });
  }
}

/** A node that has no patience with slow subscribers. */
export class HastyNode extends TimberlineNode {
  constructor(ctx: DurableObjectState, env: NodeEnv & { readonly HASTY: DurableObjectNamespace }) {
    super(ctx, { ...env, NODES: env.HASTY });
  }

  protected override tailOptions(): FanOutOptions {
    return { ...super.tailOptions(), stallMs: 50 };
  }
}

export { default } from "../../src/worker.ts";
