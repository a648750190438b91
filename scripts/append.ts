import { randomUUID } from "node:crypto";
import { BATCH_RECORDS_MAX } from "../src/log/limits.ts";
import { type AppendFileOptions, type AppendFileSummary, appendFile } from "./files/append-file.ts";
import { UnavailableError } from "./files/http.ts";
import { showProgress, showSilence } from "./files/progress.ts";
import {
  DEFAULT_URL,
  integerOption,
  parseCommandLine,
  runProgram,
  UsageError,
  urlOption,
} from "./options.ts";

const BATCH_DEFAULT = "500";
const USAGE = `Usage: npm run append -- LOG FILE [options]

Appends a file to a log, every line one record, exactly once. The log is created if it does not exist.

  --url URL       The address of the cluster (default ${DEFAULT_URL})
  --batch N       Records per request, at most ${BATCH_RECORDS_MAX} (default ${BATCH_DEFAULT})
  --producer ID   Resume an append that was interrupted: same file, same --batch
  --help          Show this

If the cluster asks for a token, set TIMBERLINE_TOKEN.`;

await runProgram(USAGE, async () => {
  const { values, positionals } = parseCommandLine({
    allowPositionals: true,
    options: {
      url: { type: "string", default: DEFAULT_URL },
      batch: { type: "string", default: BATCH_DEFAULT },
      producer: { type: "string", default: randomUUID() },
    },
  });
  const [log, file] = positionals;
  if (log === undefined || file === undefined || positionals.length > 2) {
    throw new UsageError("append takes a LOG and a FILE");
  }
  const batch = integerOption("batch", values.batch, 1, BATCH_RECORDS_MAX);
  const resume = `npm run append -- '${log}' '${file}' --url ${values.url} --batch ${batch} --producer ${values.producer}`;
  await append({ url: urlOption(values.url), log, file, batch, producer: values.producer }, resume);
});

async function append(
  options: Omit<AppendFileOptions, "onProgress" | "onSilence">,
  resume: string,
): Promise<void> {
  const progress = showProgress("Appending");
  const startedAt = performance.now();
  const onInterrupt = (): void => {
    progress.stop();
    console.error(`Interrupted. To resume:\n  ${resume}`);
    process.exit(130);
  };
  process.once("SIGINT", onInterrupt);
  try {
    const summary = await appendFile({
      ...options,
      onProgress: progress.update,
      onSilence: showSilence(),
    });
    progress.stop();
    console.log(summaryLine(summary, (performance.now() - startedAt) / 1_000));
  } catch (error) {
    progress.stop();
    if (!(error instanceof UnavailableError)) throw error;
    console.error(`Gave up: ${error.message}\nTo resume:\n  ${resume}`);
    process.exitCode = 1;
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

function summaryLine({ records, start, end, duplicates }: AppendFileSummary, seconds: number): string {
  if (start === null || end === null) return "Appended 0 records: the file is empty";
  const rate = Math.round(records / seconds);
  const earlier = duplicates === 0 ? "" : `, ${duplicates} of them by an earlier run`;
  const what = records === 1 ? `1 record at ${start}` : `${records} records at ${start} to ${end - 1}`;
  return `Appended ${what}${earlier}, in ${seconds.toFixed(1)} s (${rate} a second)`;
}
