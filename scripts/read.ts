import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { showProgress, showSilence } from "./files/progress.ts";
import { readLog } from "./files/read-log.ts";
import { DEFAULT_URL, parseCommandLine, runProgram, UsageError, urlOption } from "./options.ts";

const USAGE = `Usage: npm run --silent read -- LOG [options]

Reads a log up to its tail, every record one line, byte for byte as it was appended.

  --url URL       The address of the cluster (default ${DEFAULT_URL})
  --from SEQ      First record: a number, earliest (default), tail, or -N for the last N (--from=-N)
  --output FILE   Write to FILE instead of standard output
  --help          Show this

If the cluster asks for a token, set TIMBERLINE_TOKEN.`;

await runProgram(USAGE, async () => {
  const { values, positionals } = parseCommandLine({
    allowPositionals: true,
    options: {
      url: { type: "string", default: DEFAULT_URL },
      from: { type: "string", default: "earliest" },
      output: { type: "string" },
    },
  });
  const [log] = positionals;
  if (log === undefined || positionals.length > 1) throw new UsageError("read takes a LOG");
  const progress = showProgress("Reading");
  const show = { onProgress: progress.update, onSilence: showSilence() };
  const pages = readLog({ url: urlOption(values.url), log, from: values.from, ...show });
  const output = values.output === undefined ? process.stdout : createWriteStream(values.output);
  try {
    await pipeline(Readable.from(pages, { objectMode: true }), output);
  } catch (error) {
    // The reader of our output has closed it.
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  } finally {
    progress.stop();
  }
});
