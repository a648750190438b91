import type { Batch, LogEntry } from "./types.ts";

/** The records that an entry appends; null if it appends none. */
export function batchOf(entry: LogEntry): Batch | null {
  switch (entry.kind) {
    case "append":
      return entry;
    case "create":
    case "alter":
      return entry.batch;
    case "delete":
    case "document":
      return null;
  }
}
