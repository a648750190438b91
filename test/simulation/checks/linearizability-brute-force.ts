import type { AppendOperation, History, Observation } from "./linearizability.ts";

type Operation =
  | { readonly kind: "append"; readonly append: AppendOperation }
  | { readonly kind: "observation"; readonly observation: Observation };

/** The definition itself: is there an order of all operations that respects time and explains `log`? Exponential. */
export function hasLinearization(history: History, log: readonly number[]): boolean {
  const inLog = new Set(log);
  const failedIsThere = history.appends.some(
    (a) => a.outcome === "failed" && a.records.some((r) => inLog.has(r)),
  );
  if (failedIsThere) return false;
  const operations: Operation[] = [
    ...history.appends
      .filter((a) => a.outcome !== "failed")
      .map((append) => ({ kind: "append", append }) as const),
    ...history.observations.map((observation) => ({ kind: "observation", observation }) as const),
  ];
  return search(operations, 0, log);
}

function search(left: readonly Operation[], tail: number, log: readonly number[]): boolean {
  if (left.every(mayNeverHappen) && tail === log.length) return true;
  const deadline = Math.min(...left.map(returnedAt));
  return left.some((operation) => {
    if (invokedAt(operation) > deadline) return false;
    const next = apply(operation, tail, log);
    if (next === null) return false;
    return search(
      left.filter((other) => other !== operation),
      next,
      log,
    );
  });
}

/** The tail afterwards, or null where the operation can't take effect at this tail. */
function apply(operation: Operation, tail: number, log: readonly number[]): number | null {
  if (operation.kind === "observation") {
    const { from, records, tailMin, tailMax } = operation.observation;
    const seen = records.every((record, offset) => from + offset < tail && log[from + offset] === record);
    return seen && tail >= tailMin && tail <= tailMax ? tail : null;
  }
  const { records, start, expected, outcome } = operation.append;
  if (expected !== null && expected !== tail) return null;
  if (outcome === "acknowledged" && start !== tail) return null;
  return records.every((record, offset) => log[tail + offset] === record) ? tail + records.length : null;
}

const mayNeverHappen = (operation: Operation): boolean =>
  operation.kind === "append" && operation.append.outcome === "unknown";

const invokedAt = (operation: Operation): number =>
  operation.kind === "append" ? operation.append.invoked : operation.observation.invoked;

const returnedAt = (operation: Operation): number =>
  operation.kind === "append" ? operation.append.returned : operation.observation.returned;
