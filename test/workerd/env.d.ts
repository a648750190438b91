declare namespace Cloudflare {
  type WorkerEnv = import("../../src/api/env.ts").Env;

  interface Env extends WorkerEnv {
    readonly FRAGILE: DurableObjectNamespace<import("./worker.ts").FragileNode>;
    readonly DROWSY: DurableObjectNamespace<import("./worker.ts").DrowsyNode>;
    readonly BARE: DurableObjectNamespace<import("./worker.ts").BareObject>;
  }
}
