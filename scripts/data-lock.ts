import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The description of the cluster in a data directory. */
interface Manifest {
  readonly nodes: number;
  /** The process that uses the directory, or used it last. */
  readonly pid: number;
}

/** The data directory can't be used; the message, which is for people, says why. */
class DataDirectoryError extends Error {
  override readonly name = "DataDirectoryError";
}

/**
 * Locks a data directory for this process, and creates it if it is missing. The lock is a file lock of the operating
 * system, so it ends with the process, even after a crash. Returns a function that unlocks the directory. Throws
 * `DataDirectoryError` if another process has the lock, or if the directory holds a cluster of another size.
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
        `start it with --nodes ${manifest.nodes}, or use another --data directory`,
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
    const why = isFile ? "a file has this path, or a part of it" : message;
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

/** Null if another process has the lock. Node has no API for file locks except SQLite. */
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
