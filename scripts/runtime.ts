import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import { guardRuntime } from "./runtime-process.ts";

const HOST = "127.0.0.1";

interface Logged {
  readonly level: string;
  readonly message: string;
}

/** A Worker with SQLite-backed Durable Objects that runs on this machine. */
export interface RuntimeOptions {
  /** Also the name of the storage: a Worker with another name does not find its data. */
  readonly name: string;
  /** One bundled module. */
  readonly script: string;
  readonly compatibilityDate: string;
  /** Binding name to class name. */
  readonly objects: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  /** The directory of the objects' storage. */
  readonly data: string;
  /** 0 chooses a free port. */
  readonly port: number;
  /** Opens the inspector, on any free port. */
  readonly inspect?: boolean;
  /** Hears what the Worker logs; without it that is printed. */
  readonly onLog?: (log: Logged) => void;
}

export interface Runtime {
  readonly url: string;
  /** The id of the workerd process that runs now. */
  pid(): number;
  /** The address of the inspector's WebSocket; throws if it was not opened. */
  inspectorUrl(): Promise<URL>;
  stop(): Promise<void>;
}

/**
 * Starts workerd and waits until it accepts requests. The Worker listens on a socket of its own, so requests
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
 * On a signal, Miniflare ends the process with a failure status and without waiting for workerd. The program must decide
 * what a signal means, so Miniflare's handlers are removed again.
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
  const { name, objects, onLog = printLog } = options;
  const classes = Object.values(objects);
  return {
    host: HOST,
    port: 0,
    ...(options.inspect === true ? { inspectorHost: HOST, inspectorPort: 0 } : {}),
    log: new Log(LogLevel.WARN),
    handleStructuredLogs(log) {
      if (!isOfCrash(log)) onLog(log);
    },
    resourcePersistencePath: options.data,
    // Features that would write outside the data directory, or use the network.
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

/** Whether it is workerd's output of an object that was crashed by request: pages of addresses. */
const isOfCrash = ({ message }: Logged): boolean => /^NOSENTRY|a crash was asked for/.test(message);

function printLog({ level, message }: Logged): void {
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
