import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The admin token of a local cluster, and whether this start has created it. */
export interface AdminToken {
  readonly token: string;
  readonly file: string;
  readonly isNew: boolean;
}

/** The token in a data directory, which only its owner can read; created if there is none yet. */
export function adminToken(directory: string): AdminToken {
  const file = join(directory, "admin-token");
  const kept = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  // An empty token would turn authorization off.
  if (kept !== "") return { token: kept, file, isNew: false };
  const token = randomBytes(32).toString("base64url");
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return { token, file, isNew: true };
}
