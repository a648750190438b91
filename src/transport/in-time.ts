/**
 * Runs `use`, whose signal aborts after `timeoutMs`. `AbortSignal.timeout` would not do: its timer outlives the answer
 * and keeps an idle object awake.
 */
export async function inTime<T>(timeoutMs: number, use: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await use(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
