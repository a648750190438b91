import fc from "fast-check";
import { createCommand } from "../../src/log/commands.ts";
import { isHeld } from "../../src/log/forks.ts";
import { plainSettings } from "../../src/log/state.ts";
import { type Command, toSeq } from "../../src/log/types.ts";
import type { Document } from "../../src/log/view.ts";
import { evaluate } from "../../src/node/queries.ts";
import type { Persist } from "../../src/raft/ready.ts";
import { type Index, toIndex } from "../../src/raft/types.ts";
import type { Storage } from "../../src/storage/contract.ts";
import { appendTo, command, forkOf, lastIndex, madeLog, noop, persist, run } from "./fixture.ts";

const logNames = ["a", "b", "ab"];
const producers = ["p", "q"];

/** One write that fits any contents of the storage. */
export type Step =
  | { readonly kind: "create" | "delete"; readonly name: string }
  | { readonly kind: "append"; readonly name: string; readonly count: number; readonly bytes: number }
  | {
      readonly kind: "produce";
      readonly name: string;
      readonly id: string;
      readonly epoch: number;
      readonly seq: number;
    }
  | { readonly kind: "change"; readonly command: Command }
  | { readonly kind: "noop" }
  /** Compacts all but this many of the last entries. */
  | { readonly kind: "compact"; readonly tail: number }
  | { readonly kind: "remove dead"; readonly rowsMax: number }
  /** A snapshot that ends this far after the log, with or without a new life of a log in it. */
  | { readonly kind: "install"; readonly distance: number; readonly hasRow: boolean }
  /** Removes this many of the last entries, if there are so many. */
  | { readonly kind: "truncate"; readonly entries: number }
  | { readonly kind: "sleep"; readonly round: number }
  | { readonly kind: "wake" }
  | { readonly kind: "vote"; readonly newTerm: boolean; readonly votedFor: number | null }
  /** Several steps in one transaction, which throws at its end if `fails`. */
  | { readonly kind: "group"; readonly steps: readonly Step[]; readonly fails: boolean };

const name = fc.constantFrom(...logNames);

const tuple = fc.record({ id: fc.constantFrom(...producers), epoch: fc.nat(2), seq: fc.nat(2) });

/** Changes that affect more of a log than its end. */
const anyChange: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("trim"), name, before: fc.nat(12) }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(name, name, fc.option(fc.nat(8)))
      .map(([source, fork, at]) => forkOf(source, fork, at)),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ kind: fc.constant("document"), name, key: fc.constantFrom("k", "l", "kk") },
      ...{ value: fc.option(fc.uint8Array({ maxLength: 2 })), expectedVersion: fc.constant(null) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("close"), name, producer: fc.option(tuple) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fence"), name, token: fc.constantFrom("x", "y") }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(name, fc.constantFrom("1", "2", "3"), fc.option(tuple))
      .map(([name, writerSeq, producer]) => appendTo(name, { count: 2, writerSeq, producer })),
  },
  {
    weight: 1,
    arbitrary: name.map((name) =>
      createCommand(name, {
        settings: { ...plainSettings, ttlSeconds: 10 },
        batch: { count: 2, records: appendTo(name, { count: 2 }).records },
      }),
    ),
  },
);

const single: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("change"), command: anyChange }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("create", "delete"), name }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("append"),
      name,
      count: fc.integer({ min: 1, max: 4 }),
      bytes: fc.integer({ min: 0, max: 40 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("produce"),
      name,
      id: fc.constantFrom(...producers),
      epoch: fc.integer({ min: 0, max: 2 }),
      seq: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("noop", "wake") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("sleep"), round: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("compact"), tail: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("remove dead"), rowsMax: fc.constantFrom(1, 3, 100) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("install"),
      distance: fc.integer({ min: 1, max: 4 }),
      hasRow: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("truncate"), entries: fc.integer({ min: 0, max: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("vote"),
      newTerm: fc.boolean(),
      votedFor: fc.option(fc.integer({ min: 1, max: 3 })),
    }),
  },
);

/** Steps only on logs, enough of them that forks are read, trimmed and deleted. */
export const anyLogSteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("create", "create", "delete"), name }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("append"),
        name,
        count: fc.constantFrom(1, 4),
        bytes: fc.nat(9),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("change"), command: anyChange }) },
  ),
  { minLength: 15, maxLength: 40 },
);

export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: single },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("group"),
        steps: fc.array(single, { maxLength: 8 }),
        fails: fc.boolean(),
      }),
    },
  ),
  { maxLength: 60 },
);

/** Runs `step` in the current term. */
export function play(storage: Storage, step: Step): void {
  if (step.kind === "group") playGroup(storage, step.steps, step.fails);
  else if (step.kind === "change") run(storage, [step.command], { term: currentTerm(storage) });
  else if ("name" in step) run(storage, [commandOf(step)], { term: currentTerm(storage) });
  else if (step.kind === "remove dead") storage.removeDead(step.rowsMax);
  else storage.write(persistOf(storage, step));
}

function currentTerm(storage: Storage): number {
  return storage.load()?.hardState.currentTerm ?? 0;
}

function commandOf(step: Extract<Step, { name: string }>): Command {
  switch (step.kind) {
    case "append":
      return appendTo(step.name, { count: step.count, bytes: step.bytes });
    case "produce":
      return appendTo(step.name, { producer: { id: step.id, epoch: step.epoch, seq: step.seq } });
    default:
      return step.kind === "create" ? createCommand(step.name) : { kind: "delete", name: step.name };
  }
}

type Written = Exclude<Step, { name: string } | { kind: "group" | "remove dead" | "change" }>;

function persistOf(storage: Storage, step: Written): Persist {
  const next = lastIndex(storage) + 1;
  const term = currentTerm(storage);
  switch (step.kind) {
    case "noop":
      return persist({ append: [noop(next, term)] });
    case "sleep":
      return persist({ quiesce: { term, leader: 2, index: toIndex(next - 1), round: step.round } });
    case "wake":
      return persist({ quiesce: "awake" });
    case "truncate":
      return persist({ truncateFrom: toIndex(Math.max(snapshotIndex(storage) + 1, next - step.entries)) });
    case "compact":
      return compacting(storage, toIndex(next - 1 - step.tail));
    case "install": {
      const mark = { index: toIndex(next - 1 + step.distance), term, readableIndex: toIndex(next) };
      const name = `made at ${next}`;
      const row = command(next, madeLog(name, 0, 9), term);
      return persist({ snapshot: { mark, rows: step.hasRow ? [row] : [] } });
    }
    case "vote":
      return persist({ hardState: { currentTerm: term + Number(step.newTerm), votedFor: step.votedFor } });
  }
}

function snapshotIndex(storage: Storage): Index {
  return storage.load()?.snapshot.index ?? toIndex(0);
}

/** The mark never moves back, and only to an existing entry. */
function compacting(storage: Storage, index: Index): Persist {
  const term = index > snapshotIndex(storage) ? storage.term(index) : null;
  return persist(
    term === null ? {} : { snapshot: { mark: { index, term, readableIndex: index }, rows: [] } },
  );
}

function playGroup(storage: Storage, steps: readonly Step[], fails: boolean): void {
  const failure = new Error("the group fails");
  try {
    storage.transaction(() => {
      for (const step of steps) play(storage, step);
      if (fails) throw failure;
    });
  } catch (error) {
    if (error !== failure) throw error;
  }
}

const dumpDocument = ({ value, ...rest }: Document): unknown => ({ ...rest, value: [...value] });

/** All that can be read of the logs, compacted or not. */
export function readable(storage: Storage): unknown {
  const upTo = lastIndex(storage);
  const view = storage.view(upTo);
  return logNames.map((name) => {
    const all = {
      from: { at: "earliest" },
      until: null,
      recordsMax: 99,
      bytesMax: 9_999,
      waitMs: 0,
    } as const;
    const page = evaluate({ kind: "page", name, ...all }, storage, upTo);
    const batches =
      page.kind === "page" ? page.batches.map(({ records, ...rest }) => [rest, ...records]) : [];
    const life = view.life(name);
    return {
      described: evaluate({ kind: "describe", name }, storage, upTo),
      page: { ...page, batches },
      tail: life && view.tail(life.id),
      held: life && isHeld(life.id, view),
      producers: life && !life.deleted && producers.map((id) => view.lastBatch(life.id, id)),
    };
  });
}

/** The answers of a storage to all reads, so that two storages can be compared. */
export function dump(storage: Storage): unknown {
  const last = lastIndex(storage);
  const everything = Number.MAX_SAFE_INTEGER;
  const entries = storage.rows(toIndex(1), last, everything, everything);
  const first = toIndex(snapshotIndex(storage) + 1);
  const upTos = [last, toIndex(Math.floor((first + last) / 2))];
  return {
    boot: storage.load(),
    entries: entries.map(({ data, ...rest }) => ({ ...rest, data: [...data] })),
    cut: [storage.entries(first, last, 100).length, storage.rows(toIndex(1), last, 200, 5).length],
    touched: storage.touched(toIndex(Math.floor(last / 2)), last).toSorted((a, b) => a - b),
    logs: upTos.map((upTo) => dumpLogs(storage, upTo)),
  };
}

function dumpLogs(storage: Storage, upTo: Index): unknown {
  const view = storage.view(upTo);
  const lives = logNames.flatMap((each) => view.life(each) ?? []);
  return {
    lives,
    names: [
      storage.names({ prefix: "", after: null, limit: 9, upTo }),
      storage.names({ prefix: "a", after: "a", limit: 1, upTo }),
    ],
    tails: lives.map((life) => view.tail(life.id)),
    producers: lives.flatMap((life) =>
      producers.map((id) => [
        view.lastBatch(life.id, id),
        view.batch(life.id, id, 1, 1),
        view.batch(life.id, id, 0, 0),
      ]),
    ),
    states: lives.map((life) => [view.lifeOf(life.id), view.forksOf(life.id).toSorted((a, b) => a - b)]),
    marks: lives.flatMap((life) => [0, 2, 5, 9].map((seq) => view.batchAt(life.id, seq))),
    documents: lives.map(({ id: log }) => [
      storage.documents({ log, prefix: "", after: null, limit: 2, upTo }).map(dumpDocument),
      storage.documents({ log, prefix: "k", after: "k", limit: 9, upTo }).map(dumpDocument),
    ]),
    swept: [storage.swept(toIndex(0), 9, upTo), storage.swept(toIndex(3), 1, upTo)],
    batches: lives.flatMap(({ id: log, state: { start } }) =>
      [0, 1, 3].map((skip) => {
        const from = toSeq(start + skip);
        const until = toSeq(start + 9);
        const found = storage.batches({ log, from, until, recordsMax: 5, bytesMax: 120, upTo });
        return found.map(({ records, ...rest }) => ({ ...rest, records: [...records] }));
      }),
    ),
  };
}
