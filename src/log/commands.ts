import { plainSettings } from "./state.ts";
import type { AppendCommand, Batch, Command, CreateCommand, ProducerTuple } from "./types.ts";

type CreateParts = Partial<Omit<CreateCommand, "kind" | "name">>;
type AppendParts = Partial<Omit<AppendCommand, "kind" | "name" | keyof Batch>>;

/** Creates a log unless it exists, with defaults for all that `parts` leaves out. */
export function createCommand(name: string, parts: CreateParts = {}): CreateCommand {
  const nothing = {
    settings: plainSettings,
    closed: false,
    batch: null,
    fork: null,
    existing: "keep",
  } as const;
  return { kind: "create", name, ...nothing, ...parts };
}

/** Appends a batch, under the conditions in `parts` only. */
export function appendCommand(
  name: string,
  { count, records }: Batch,
  parts: AppendParts = {},
): AppendCommand {
  const nothing = {
    expectedSeq: null,
    producer: null as ProducerTuple | null,
    fencingToken: null,
    contentType: null,
    writerSeq: null,
    closes: false,
  } as const;
  return { kind: "append", name, count, records, ...nothing, ...parts };
}

/** Completes a command of the previous version with the members that it did not have. */
export function completedCommand(sent: Command): Command {
  if (sent.kind === "create") return createCommand(sent.name, sent);
  return sent.kind === "append" ? appendCommand(sent.name, sent, sent) : sent;
}
