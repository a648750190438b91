import { once } from "node:events";
import { resolve } from "node:path";
import getPort from "get-port";
import { asksForToken } from "../src/http/asks-for-token.ts";
import { adminToken } from "./admin-token.ts";
import { type ClusterOptions, startLocked } from "./cluster.ts";
import { holdsCluster, lockDataDirectory } from "./data-lock.ts";
import { bearer } from "./files/http.ts";
import { currentLeader } from "./leadership.ts";
import { integerOption, parseCommandLine, runProgram, UsageError } from "./options.ts";
import { variablesOf } from "./worker-config.ts";

const DEFAULT_PORT = 8787;
const PARENT_POLL_MS = 100;
const USAGE = `Usage: npm start -- [options]

Runs a Timberline cluster on this machine until it is interrupted. Its logs are kept.

  --port N      Port on 127.0.0.1 (default ${DEFAULT_PORT}, or a free one if that is in use)
  --data DIR    The directory of the cluster's state (default .timberline)
  --nodes N     The number of nodes at the first start, 3 or 5 (default 3)
  --auth        Asks for a token, as in production. The first start creates one that may do everything
  --var N=V     Sets a variable of wrangler.toml; may be given several times
  --help        Show this`;

interface StartOptions {
  /** Null for the default port; if that is in use, a free one is chosen. */
  readonly port: number | null;
  readonly data: string;
  readonly nodes: number;
  readonly isAuthorized: boolean;
  readonly vars: Readonly<Record<string, string>>;
}

await runProgram(USAGE, async () => {
  const options = startOptions();
  const signal = interruption();
  const data = resolve(options.data);
  const isNew = !holdsCluster(data);
  // This comes first: if the cluster already runs, the error must say that, and not complain about the port.
  const unlock = lockDataDirectory(data, options.nodes);
  try {
    const port = await choosePort(options.port);
    const which = isNew ? `a new cluster of ${options.nodes} nodes` : "the cluster";
    console.log(`Starting ${which} in ${options.data}`);
    const vars = { ...options.vars, ...(options.isAuthorized ? authorization(data) : {}) };
    console.log(modeOf(vars));
    await serve({ ...options, vars, port, signal });
  } finally {
    unlock();
  }
});

/** Aborted when this program must end. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => interrupted.abort());
  // npm passes a signal on to its shell, and some shells end without passing it on to this program.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && interrupted.abort(), PARENT_POLL_MS).unref();
  }
  return interrupted.signal;
}

/** Returns after it was interrupted and everything has stopped. */
async function serve(options: ClusterOptions & { readonly signal: AbortSignal }): Promise<void> {
  const { signal } = options;
  try {
    const cluster = await startLocked(options);
    try {
      console.log(await welcome(cluster.url, options.vars?.ADMIN_TOKEN));
      if (!signal.aborted) await once(signal, "abort");
    } finally {
      await cluster.stop();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function startOptions(): StartOptions {
  const { values } = parseCommandLine({
    options: {
      port: { type: "string" },
      data: { type: "string", default: ".timberline" },
      nodes: { type: "string", default: "3" },
      auth: { type: "boolean", default: false },
      var: { type: "string", multiple: true, default: [] },
    },
  });
  if (values.nodes !== "3" && values.nodes !== "5") {
    throw new UsageError(`--nodes takes 3 or 5, not "${values.nodes}"`);
  }
  if (values.data === "") throw new UsageError("--data takes a directory");
  const vars = variablesOf(values.var);
  if (values.auth && vars.ADMIN_TOKEN !== undefined)
    throw new UsageError("--auth creates an ADMIN_TOKEN: use only one of the two");
  if (asksForToken(vars) && !vars.ADMIN_TOKEN && !values.auth)
    throw new UsageError("Add --auth or an ADMIN_TOKEN: creating the cluster needs that token");
  return {
    port: values.port === undefined ? null : integerOption("port", values.port, 1, 65_535),
    data: values.data,
    nodes: Number(values.nodes),
    isAuthorized: values.auth,
    vars,
  };
}

/** Prints the token only once: a later start finds it in its file. */
function authorization(data: string): { readonly ADMIN_TOKEN: string } {
  const { token, file, isNew } = adminToken(data);
  console.log(isNew ? `The admin token, kept in ${file}: ${token}` : `The admin token is in ${file}`);
  return { ADMIN_TOKEN: token };
}

function modeOf(vars: Readonly<Record<string, string>>): string {
  const authorized = asksForToken(vars) ? "authorization is on" : "authorization is off";
  return `Local mode: ${authorized}, and nodes can be crashed by request. Not for a public address.`;
}

async function choosePort(wanted: number | null): Promise<number> {
  const port = await getPort({ host: "127.0.0.1", port: wanted ?? DEFAULT_PORT });
  if (wanted !== null && port !== wanted) throw new Error(`Port ${wanted} is in use`);
  if (wanted === null && port !== DEFAULT_PORT) {
    console.log(`Port ${DEFAULT_PORT} is in use; taking ${port}`);
  }
  return port;
}

async function welcome(url: string, token: string | undefined): Promise<string> {
  const { leader, term } = await currentLeader(url, bearer(token));
  const header = token === undefined ? "" : ` -H "Authorization: Bearer $TIMBERLINE_TOKEN"`;
  const first = token === undefined ? "" : "\n  export TIMBERLINE_TOKEN=…   # the admin token";
  return `Ready at ${url}, led by node ${leader} in term ${term}

Create a log, append a record, read it back:
${first}
  curl${header} -X PUT ${url}/v1/logs/hello
  curl${header} -H 'Content-Type: text/plain' -d 'first light' ${url}/v1/logs/hello/records
  curl${header} ${url}/v1/logs/hello/records

Stop with Ctrl-C.`;
}
