declare namespace Cloudflare {
  type WorkerEnv = import("../../src/http/env.ts").Env;

  interface GlobalProps {
    mainModule: typeof import("./worker.ts");
  }

  interface Env extends WorkerEnv {
    readonly FRAGILE: DurableObjectNamespace<import("./worker.ts").FragileNode>;
    readonly HASTY: DurableObjectNamespace<import("./worker.ts").HastyNode>;
    readonly DROWSY: DurableObjectNamespace<import("./worker.ts").DrowsyNode>;
    readonly BARE: DurableObjectNamespace<import("./worker.ts").BareObject>;
  }
}
