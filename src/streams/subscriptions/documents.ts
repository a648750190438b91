import { Problem } from "../../http/problem.ts";
import { createCommand } from "../../log/commands.ts";
import type { OutcomeOf } from "../../log/outcome.ts";
import { SUBSCRIPTIONS_LOG } from "../../log/reserved.ts";
import type { DocumentCommand } from "../../log/types.ts";
import type { Document } from "../../log/view.ts";
import { outcomeUnknown } from "../../routing/attempts.ts";
import type { Backing } from "./backing.ts";

/** Documents of one answer: each may have the size of an entry. */
const pageMax = 16;

/** How often a write whose answer was lost is tried again. */
const againMax = 3;

/** The replicated documents behind the subscriptions of one cluster. */
export class Documents {
  readonly #backing: Backing;

  constructor(backing: Backing) {
    this.#backing = backing;
  }

  /** Null where there is none. */
  async get(key: string): Promise<Document | null> {
    const [first] = await this.#page(key, null, 1);
    return first?.key === key ? first : null;
  }

  /** All whose keys begin so, in their order. */
  async all(prefix: string): Promise<readonly Document[]> {
    const found: Document[] = [];
    for (;;) {
      const page = await this.#page(prefix, found.at(-1)?.key ?? null, pageMax);
      found.push(...page);
      if (page.length < pageMax) return found;
    }
  }

  /** When the last of them was written, by the clock of its leader, ms since the epoch; 0 where none was. */
  async time(): Promise<number> {
    const result = await this.#backing.query({ kind: "describe", name: SUBSCRIPTIONS_LOG });
    return result.kind === "description" ? result.timestamp : 0;
  }

  /**
   * Sets a document, or with null takes it away, if its version is the expected one (0: there is none). Gives its
   * version then, which is 0 once it is gone; null where somebody else was faster. No two values may be alike: what
   * was written shows by that where the answer is lost. Throws the problem `outcome-unknown` if it does not.
   */
  async put(key: string, value: Uint8Array | null, expectedVersion: number): Promise<number | null> {
    const command = { kind: "document", name: SUBSCRIPTIONS_LOG, key, value, expectedVersion } as const;
    const outcome = await this.#write(command);
    return outcome === "unknown" ? this.#putAgain(command) : versionIn(outcome);
  }

  /**
   * A write whose answer was lost may still come through: so it is the same value that is written again, and it does
   * not matter which of the two it was.
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
      // Whatever stands in the way of looking and of writing again, the first write may come through.
      if (!(error instanceof Problem)) throw error;
    }
    throw outcomeUnknown();
  }

  /** The log is made with its first document. */
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

  /** As `put`, of what was written before; null where it is not there. */
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
