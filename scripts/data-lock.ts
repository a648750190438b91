import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What a data directory says of the cluster in it. */
interface Manifest {
  readonly nodes: number;
  /** The process that uses it now, or did last. */
  readonly pid: number;
}

/** The data directory can't be used; the message says why, for people. */
class DataDirectoryError extends Error {
  override readonly name = "DataDirectoryError";
}

/**
 * Takes a data directory, made if it is missing, for this process alone. The lock is the operating
 * system's, on a file: it goes with the process, however that ends. Returns how to give it back.
 * Throws `DataDirectoryError` if another process has it, or if it holds a cluster of another size.
 */
export function lockDataDirectory(directory: string, nodes: number): () => void {
  makeDirectory(directory);
  const path = manifestPath(directory);
  const manifest = readManifest(path);
  const lock = takeLock(join(directory, "lock"));
  if (lock === null) {
    const by = manifest === null ? "" : ` (process ${manifest.pid})`;
    throw new DataDirectoryError(`${directory} is in use by another local cluster${by}`);
  }
  if (manifest !== null && manifest.nodes !== nodes) {
    lock.close();
    throw new DataDirectoryError(
      `${directory} holds a cluster of ${manifest.nodes} nodes, not ${nodes}: ` +
        `start it with --nodes ${manifest.nodes}, or give another --data directory`,
    );
  }
  writeFileSync(path, `${JSON.stringify({ nodes, pid: process.pid } satisfies Manifest)}\n`);
  return () => lock.close();
}

/** Whether a data directory holds a cluster already. */
export function holdsCluster(directory: string): boolean {
  return existsSync(manifestPath(directory));
}

const manifestPath = (directory: string): string => join(directory, "cluster.json");

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const isFile = code === "EEXIST" || code === "ENOTDIR";
    const why = isFile ? "a file is in its place, or on the way to it" : message;
    throw new DataDirectoryError(`${directory} can't be a data directory: ${why}`);
  }
}

function readManifest(path: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Manifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new DataDirectoryError(`${path} can't be read: ${(error as Error).message}`);
  }
}

/** Null where another process has it. SQLite is the one way that Node has to a file lock. */
function takeLock(path: string): DatabaseSync | null {
  const database = new DatabaseSync(path);
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (/locked/.test((error as Error).message)) return null;
    throw error;
  }
}
