import { sign } from "hono/jwt";
import { beforeAll } from "vitest";
import { useCluster } from "../cluster/local-cluster.ts";
import { Admin, JWT_SECRET, securedFor } from "./admin.ts";
import { type Chromium, useChromium } from "./chromium.ts";
import { useSite } from "./site.ts";

/** How long a page's token is valid, s. */
const TOKEN_S = 600;

/** The set-up for the tests of a file: a cluster that asks for tokens, and pages of two other origins. */
export interface Scene {
  readonly admin: Admin;
  readonly browser: Chromium;
  /** An origin in `CORS_ORIGINS`, and one that is not in it. */
  readonly allowed: string;
  readonly foreign: string;
  /** The URL of a log's records. */
  records(log: string): string;
  /** The URL of sessions. */
  sessions(): string;
  /** A token for a page: it may read and append to logs whose names begin with `prefix`. */
  token(prefix: string): Promise<string>;
}

/** Prepares the scene for the tests of this file, with a log. */
export async function useScene(log: string): Promise<Scene> {
  const [allowed, foreign] = [await useSite(), await useSite()];
  const cluster = useCluster(securedFor(allowed));
  const browser = useChromium();
  const admin = new Admin(() => cluster.url);
  beforeAll(() => admin.createLog(log));
  return {
    ...{ admin, browser, allowed, foreign },
    records: (name) => `${cluster.url}/v1/logs/${name}/records`,
    sessions: () => `${cluster.url}/v1/sessions`,
    token: (prefix) => {
      const exp = Math.floor(Date.now() / 1_000) + TOKEN_S;
      return sign({ actions: ["read", "append"], prefix, exp }, JWT_SECRET, "HS256");
    },
  };
}
