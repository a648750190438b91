/** Events of a run before its faults end. */
export const defaultEvents = 5_000;

/** The command that shows a finding again, step by step. */
export function replayCommand(seed: number, events: number): string {
  const length = events === defaultEvents ? "" : ` --events ${events}`;
  return `npm run sim -- --from ${seed} --seeds 1${length} --trace`;
}
