import { Presets, SingleBar } from "cli-progress";
import { PATIENCE_MS } from "./http.ts";

const PLAIN_LINE_INTERVAL_MS = 5_000;

/** Shows the progress of a transfer on standard error: a bar on a terminal, otherwise a line now and then. */
export interface Progress {
  /** The number of finished records, and the total. */
  update(done: number, total: number): void;
  stop(): void;
}

export function showProgress(verb: string): Progress {
  return process.stderr.isTTY ? barProgress(verb) : plainProgress(verb);
}

function barProgress(verb: string): Progress {
  const bar = new SingleBar(
    {
      format: `${verb} {bar} {percentage}% | {value}/{total} records | {eta_formatted} left`,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update(done, total) {
      if (!started) bar.start(total, done);
      started = true;
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => started && bar.stop(),
  };
}

function plainProgress(verb: string): Progress {
  let shownAt = performance.now();
  return {
    update(done, total) {
      if (performance.now() - shownAt < PLAIN_LINE_INTERVAL_MS) return;
      shownAt = performance.now();
      console.error(`${verb} ${done}/${total} records`);
    },
    stop: () => undefined,
  };
}

/** Says once, on standard error, that there is no answer yet and that the program keeps trying. */
export function showSilence(): (why: string) => void {
  let isShown = false;
  return (why) => {
    if (!isShown) console.error(`${why}. Trying again for ${PATIENCE_MS / 1_000} s.`);
    isShown = true;
  };
}
