import { resultOf } from "../../../src/node/queries.ts";
import type { Index } from "../../../src/raft/types.ts";
import type { Storage } from "../../../src/storage/contract.ts";
import { require } from "./finding.ts";
import type { Replay } from "./replay.ts";
import { checkSighting } from "./sightings.ts";

const everything = { recordsMax: Number.MAX_SAFE_INTEGER, bytesMax: Number.MAX_SAFE_INTEGER };

/** The logs in `storage` as of `upTo` must be the result of their entries, which `replay` has seen up to there. */
export function compareLogs(storage: Storage, replay: Replay, upTo: Index): void {
  const view = storage.view(upTo);
  const living: string[] = [];
  for (const name of replay.names.keys()) {
    const life = replay.life(name, upTo);
    if (life === null) continue;
    const from = { at: "earliest" } as const;
    const query = { kind: "page", name, from, until: null, waitMs: 0, ...everything } as const;
    const result = resultOf(query, storage, upTo);
    require(result !== null, "storage", () => `${name} can't be read`);
    checkSighting(replay, { name, from, index: upTo, result });
    require(view.tail(life.id).seq === (life.at(upTo)?.tail ?? null), "storage", () =>
      `${name} ends elsewhere`);
    if (!life.isPresentAt(upTo)) continue;
    living.push(name);
    for (const key of new Set(life.documents.map((document) => document.key))) {
      const found = view.document(life.id, key)?.value ?? null;
      const isRight = String(found) === String(life.document(key, upTo)?.value ?? null);
      require(isRight, "storage", () => `document ${key} of ${name} is wrong`);
    }
  }
  const names = storage.names({ prefix: "", after: null, limit: living.length + 1, upTo });
  require(String(names) === String(living.sort()), "storage", () => `there are ${names}, not ${living}`);
}
