import type { Command } from "../log/types.ts";
import type { FailureReason, Request } from "../transport/protocol.ts";
import type { NodeOptions } from "./options.ts";

/** The size of a waiting request beside its records, bytes. */
const requestOverheadBytes = 256;

type Limits = Pick<NodeOptions, "requestsMax" | "readersMax" | "uncommittedBytesMax">;

/** An admitted request. Each of the two is called once. */
interface Admitted {
  /** Its turn has come. A request that is handed on keeps its bytes until it is answered. */
  served(isHandedOn: boolean): void;
  /** It was answered. */
  answered(): void;
}

/** The work under way in one node, counted so that each part can be bounded. */
export class Load {
  readonly #limits: Limits;
  /** Requests without an answer yet. */
  requests = 0;
  /** The reads among them. */
  readers = 0;
  /** Bytes of the requests that wait for their turn or are handed on. */
  queuedBytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Why a request can't be admitted now; null: it can. `unconfirmed` counts the reads that wait for a majority, even
   * after their requests are over.
   */
  refusal(request: Request, unconfirmed: number): FailureReason | null {
    const { requestsMax, readersMax, uncommittedBytesMax } = this.#limits;
    if (Math.max(this.requests, unconfirmed) >= requestsMax) return "too-many-requests";
    if (isReader(request) && Math.max(this.readers, unconfirmed) >= readersMax) return "too-many-readers";
    // Requests without data are bounded by their number.
    const isWrite = commandsOf(request).length > 0;
    const isTooMuch = this.queuedBytes > 0 && this.queuedBytes + bytesOf(request) > uncommittedBytesMax;
    return isWrite && isTooMuch ? "busy" : null;
  }

  admit(request: Request): Admitted {
    const readers = isReader(request) ? 1 : 0;
    const bytes = bytesOf(request);
    let isAnswered = false;
    let isElsewhere = false;
    this.requests += 1;
    this.readers += readers;
    this.queuedBytes += bytes;
    return {
      served: (isHandedOn) => {
        isElsewhere = isHandedOn && !isAnswered;
        if (!isElsewhere) this.queuedBytes -= bytes;
      },
      answered: () => {
        isAnswered = true;
        this.requests -= 1;
        this.readers -= readers;
        if (isElsewhere) this.queuedBytes -= bytes;
      },
    };
  }
}

/**
 * Reads may wait for a commit or for the next record. A follower confirms all of its reads with one request at a time.
 */
const isReader = ({ kind }: Request): boolean => kind === "query";

function bytesOf(request: Request): number {
  return requestOverheadBytes + commandsOf(request).reduce((sum, command) => sum + payloadBytes(command), 0);
}

function commandsOf(request: Request): readonly Command[] {
  if (request.kind === "commands") return request.commands;
  return request.kind === "command" ? [request.command] : [];
}

function payloadBytes(command: Command): number {
  switch (command.kind) {
    case "append":
      return command.records.byteLength;
    case "create":
      return command.batch?.records.byteLength ?? 0;
    case "document":
      return command.value?.byteLength ?? 0;
    case "trim":
    case "close":
    case "fence":
    case "renew":
    case "delete":
    case "consumer":
      return 0;
  }
}
