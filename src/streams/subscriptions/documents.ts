import { Problem } from "../../http/problem.ts";
import { createCommand } from "../../log/commands.ts";
import type { OutcomeOf } from "../../log/outcome.ts";
import { SUBSCRIPTIONS_LOG } from "../../log/reserved.ts";
import type { DocumentCommand } from "../../log/types.ts";
import type { Document } from "../../log/view.ts";
import { outcomeUnknown } from "../../routing/attempts.ts";
import type { Backing } from "./backing.ts";

/** Documents of one answer, at most: each may have the size of an entry. */
const pageMax = 16;

/** How often a write is tried again if its answer was lost. */
const againMax = 3;

/** The replicated documents behind the subscriptions of one cluster. */
export class Documents {
  readonly #backing: Backing;

  constructor(backing: Backing) {
    this.#backing = backing;
  }

  /** Null if there is none. */
  async get(key: string): Promise<Document | null> {
    const [first] = await this.#page(key, null, 1);
    return first?.key === key ? first : null;
  }

  /** All documents whose keys have this prefix, in their order. */
  async all(prefix: string): Promise<readonly Document[]> {
    const found: Document[] = [];
    for (;;) {
      const page = await this.#page(prefix, found.at(-1)?.key ?? null, pageMax);
      found.push(...page);
      if (page.length < pageMax) return found;
    }
  }

  /** When the last of them was written, on its leader's clock, ms since the epoch; 0 if none was. */
  async time(): Promise<number> {
    const result = await this.#backing.query({ kind: "describe", name: SUBSCRIPTIONS_LOG });
    return result.kind === "description" ? result.timestamp : 0;
  }

  /**
   * Sets a document, or removes it with null, if its version is the expected one (0: there is none). Returns its new
   * version, 0 if it is removed; null if another writer was faster. No two values may be equal, because if the answer
   * is lost, the value shows whether it was written. Throws the problem `outcome-unknown` if it can't tell.
   */
  async put(key: string, value: Uint8Array | null, expectedVersion: number): Promise<number | null> {
    const command = { kind: "document", name: SUBSCRIPTIONS_LOG, key, value, expectedVersion } as const;
    const outcome = await this.#write(command);
    return outcome === "unknown" ? this.#putAgain(command) : versionIn(outcome);
  }

  /**
   * A write whose answer was lost may still succeed later. So the same value is written again, and it does not matter
   * which of the two writes succeeds.
   */
  async #putAgain(command: DocumentCommand): Promise<number | null> {
    try {
      for (let attempt = 0; attempt < againMax; attempt += 1) {
        const there = await this.#found(command);
        if (there !== null) return there;
        const outcome = await this.#write(command);
        if (outcome !== "unknown") return versionIn(outcome) ?? (await this.#found(command));
      }
    } catch (error) {
      // Whatever prevents the check or the second write, the first write may still succeed.
      if (!(error instanceof Problem)) throw error;
    }
    throw outcomeUnknown();
  }

  /** The log is created with its first document. */
  async #write(command: DocumentCommand): Promise<OutcomeOf<DocumentCommand> | "unknown"> {
    try {
      const outcome = await this.#backing.command(command);
      const isNew = outcome.kind === "refused" && outcome.refusal.reason === "log-not-found";
      if (!isNew) return outcome;
      await this.#backing.command(createCommand(SUBSCRIPTIONS_LOG));
      return await this.#backing.command(command);
    } catch (error) {
      if (error instanceof Problem && error.kind === "outcome-unknown") return "unknown";
      throw error;
    }
  }

  /** As `put`, if this value was written before; null if it is not there. */
  async #found({ key, value }: DocumentCommand): Promise<number | null> {
    const document = await this.get(key);
    if (document === null || value === null) return document === value ? 0 : null;
    return isEqual(document.value, value) ? document.version : null;
  }

  async #page(prefix: string, after: string | null, limit: number): Promise<readonly Document[]> {
    const query = { kind: "documents", name: SUBSCRIPTIONS_LOG, prefix, after, limit } as const;
    const result = await this.#backing.query(query);
    return result.kind === "documents" ? result.documents : [];
  }
}

/** As `put`. */
function versionIn(outcome: OutcomeOf<DocumentCommand>): number | null {
  if (outcome.kind === "documented") return outcome.version;
  if (outcome.refusal.reason === "version-mismatch") return null;
  throw new Error(`a document was refused: ${outcome.refusal.reason}`);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
