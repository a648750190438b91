declare namespace Cloudflare {
  type WorkerEnv = import("../../src/api/env.ts").Env;

  interface Env extends WorkerEnv {
    readonly FRAGILE: DurableObjectNamespace<import("./worker.ts").FragileNode>;
    readonly BARE: DurableObjectNamespace<import("./worker.ts").BareObject>;
  }
}
