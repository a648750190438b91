import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import { guardRuntime } from "./runtime-process.ts";

const HOST = "127.0.0.1";

/** A Worker with SQLite-backed Durable Objects, to be run on this machine. */
export interface RuntimeOptions {
  /** Names the storage too: another name finds nothing of what this one wrote. */
  readonly name: string;
  /** One bundled module. */
  readonly script: string;
  readonly compatibilityDate: string;
  /** Binding name to class name. */
  readonly objects: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  /** Where the objects' storage lies. */
  readonly data: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Opens the inspector, on any free port. */
  readonly inspect?: boolean;
}

export interface Runtime {
  readonly url: string;
  /** Of the workerd process that runs now. */
  pid(): number;
  /** Address of the inspector's WebSocket; throws unless it was opened. */
  inspectorUrl(): Promise<URL>;
  stop(): Promise<void>;
}

/**
 * Starts workerd and waits until it takes requests. The Worker listens on a socket of its own: requests
 * do not pass through the development proxy, which would cost more than an append.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const workerd = guardRuntime();
  const miniflare = workerd.within(() =>
    withoutSignalHandlers(() => new Miniflare(miniflareOptions(options))),
  );
  try {
    await miniflare.ready;
    const url = await miniflare.unsafeGetDirectURL();
    return {
      url: url.origin,
      pid: () => workerd.pid(),
      inspectorUrl: () => miniflare.getInspectorURL(),
      stop: () => miniflare.dispose().finally(() => workerd.release()),
    };
  } catch (error) {
    await miniflare.dispose().catch(() => undefined);
    workerd.release();
    throw error;
  }
}

/**
 * Miniflare answers a signal by ending the process, with a failure's status and without waiting for
 * workerd. What a signal means is the program's business, so its handlers are taken off again.
 */
function withoutSignalHandlers<T>(create: () => T): T {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const before = signals.map((signal) => new Set(process.listeners(signal)));
  const created = create();
  signals.forEach((signal, i) => {
    for (const listener of process.listeners(signal)) {
      if (before[i]?.has(listener) === false) process.off(signal, listener);
    }
  });
  return created;
}

function miniflareOptions(options: RuntimeOptions): MiniflareOptions {
  const { name, objects } = options;
  const classes = Object.values(objects);
  return {
    host: HOST,
    port: 0,
    ...(options.inspect === true ? { inspectorHost: HOST, inspectorPort: 0 } : {}),
    log: new Log(LogLevel.WARN),
    handleStructuredLogs: printLog,
    resourcePersistencePath: options.data,
    // What would write outside the data directory, or reach out to the network.
    cf: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    workers: [
      {
        config: {
          name,
          compatibilityDate: options.compatibilityDate,
          manifest: {
            mainModule: "worker.js",
            modules: { "worker.js": { type: "esm", contents: options.script } },
          },
          env: { ...textBindings(options.vars), ...objectBindings(name, objects) },
          exports: Object.fromEntries(
            classes.map((className) => [className, { type: "durable-object", storage: "sqlite" }]),
          ),
        },
        dev: { cacheAPI: false, unsafeDirectSockets: [{ host: HOST, port: options.port }] },
      },
    ],
  };
}

/** Leaves out what workerd has to say when an object is crashed by request, with pages of addresses. */
function printLog({ level, message }: { level: string; message: string }): void {
  if (/^NOSENTRY|a crash was asked for/.test(message)) return;
  if (level === "error" || level === "warn") console.error(message);
  else console.log(message);
}

const textBindings = (vars: RuntimeOptions["vars"]) =>
  Object.fromEntries(Object.entries(vars).map(([key, value]) => [key, { type: "text" as const, value }]));

const objectBindings = (worker: string, objects: RuntimeOptions["objects"]) =>
  Object.fromEntries(
    Object.entries(objects).map(([binding, exportName]) => [
      binding,
      { type: "durable-object" as const, worker, exportName },
    ]),
  );
