/**
 * Runs `use`, whose signal aborts after `timeoutMs`. Not by `AbortSignal.timeout`: its timer would outlive the answer,
 * and keep an idle object awake.
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
