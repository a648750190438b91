/** One call of a webhook. Offsets count records. */
export interface Call {
  readonly generation: number;
  readonly streams: readonly CalledStream[];
  /** Whether it was answered that all it told is done. */
  readonly isDone: boolean;
}

interface CalledStream {
  readonly path: string;
  readonly acked: number;
  readonly tail: number;
}

/** Where a stream ends, and up to where a subscription shows it as acknowledged. */
export interface End {
  readonly path: string;
  readonly acked: number;
  readonly tail: number;
}

/**
 * The promises to a subscriber that were broken, in words: it is told of every record before the record counts as
 * acknowledged, what it has acknowledged stays so, and in the end it has acknowledged all. `calls` in their order.
 */
export function judgeWebhook(calls: readonly Call[], ends: readonly End[]): readonly string[] {
  const done = new Map<string, number>();
  const shown = new Map<string, number>();
  const findings: string[] = [];
  for (const { generation, streams, isDone } of calls) {
    for (const { path, acked, tail } of streams) {
      const what = `in generation ${generation}, ${path} is acknowledged up to ${acked} of ${tail}`;
      if (acked > tail) findings.push(what);
      if (acked > (done.get(path) ?? 0)) findings.push(`${what}, and only ${done.get(path) ?? 0} was done`);
      if (acked < (shown.get(path) ?? 0)) findings.push(`${what}, after ${shown.get(path)}`);
      shown.set(path, Math.max(acked, shown.get(path) ?? 0));
      if (isDone) done.set(path, Math.max(tail, done.get(path) ?? 0));
    }
  }
  for (const { path, acked, tail } of ends)
    if (acked !== tail) findings.push(`in the end, ${path} is acknowledged up to ${acked} of ${tail}`);
  return findings;
}
