import { accessSync, constants, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { compare, type Measured, resultRows } from "./bench/compare.ts";
import { growthLine, measureMemory } from "./bench/memory.ts";
import { profile } from "./bench/profile.ts";
import { printTable } from "./bench/table.ts";
import { workloads } from "./bench/workloads.ts";
import { integerOption, parseCommandLine, runProgram, UsageError } from "./options.ts";

const DISK = fileURLToPath(new URL("../.timberline", import.meta.url));
const TMPFS = "/dev/shm";
const PROFILE_FILE = "timberline.cpuprofile";
const PROFILE_FUNCTIONS = 25;

const USAGE = `Usage: npm run bench -- [options]

Compares a cluster of three nodes with the floor (an object that answers 204) and a naive log (one object
that inserts each body as a row), all in workerd on this machine, on disk and on tmpfs, in turns.

  --rounds N     Rounds over all workloads and targets (default 5)
  --seconds N    Length of one measurement (default 3)
  --quick        One round, with measurements of one second
  --memory       Measures memory instead, while a log grows to a million records
  --profile N    Records a CPU profile instead, of single appends over N connections (1 or 64), in ${PROFILE_FILE}
  --help         Show this`;

await runProgram(USAGE, async () => {
  const { values } = parseCommandLine({
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      quick: { type: "boolean", default: false },
      memory: { type: "boolean", default: false },
      profile: { type: "string" },
    },
  });
  const rounds = values.quick ? 1 : integerOption("rounds", values.rounds, 1, 100);
  const seconds = values.quick ? 1 : integerOption("seconds", values.seconds, 1, 600);
  console.log(machine());
  if (values.memory) await printMemory();
  else if (values.profile !== undefined)
    await printProfile(integerOption("profile", values.profile, 1, 64), seconds);
  else await printComparison(rounds, seconds);
});

async function printComparison(rounds: number, seconds: number): Promise<void> {
  const measured: Measured[] = [];
  for (const storage of storages()) measured.push(...(await compare({ storage, rounds, seconds })));
  console.log(`Medians of ${rounds} rounds of ${seconds} s; rates are records a second (floor: requests).`);
  console.log("A ratio is timberline to naive, in the same round.\n");
  printTable(resultRows(measured));
}

async function printMemory(): Promise<void> {
  const samples = await measureMemory();
  printTable(
    samples.map(({ records, residentMiB }) => ({ records: `${records}`, "resident MiB": `${residentMiB}` })),
  );
  console.log(growthLine(samples));
}

async function printProfile(connections: number, seconds: number): Promise<void> {
  const workload = workloads.find((each) => each.connections === connections && each.recordsPerRequest === 1);
  if (workload === undefined) throw new UsageError(`--profile has no workload of ${connections} connections`);
  const times = await profile(workload, seconds, PROFILE_FILE);
  console.log(`${workload.name}: self time, with the line in the bundle; all of it in ${PROFILE_FILE}\n`);
  const top = times.slice(0, PROFILE_FUNCTIONS);
  printTable(top.map((time) => ({ self: `${(time.share * 100).toFixed(1)} %`, function: time.function })));
}

function storages(): readonly { readonly name: string; readonly directory: string }[] {
  const disk = { name: "disk", directory: DISK };
  try {
    accessSync(TMPFS, constants.W_OK);
  } catch {
    console.log(`No ${TMPFS} here: on disk only`);
    return [disk];
  }
  return [disk, { name: "tmpfs", directory: TMPFS }];
}

function machine(): string {
  const processors = cpus();
  const miniflare = JSON.parse(
    readFileSync(new URL(import.meta.resolve("miniflare/package.json")), "utf8"),
  ) as {
    dependencies: { workerd: string };
  };
  const model = processors[0]?.model ?? "unknown processors";
  return `${processors.length} × ${model}, Node ${process.version}, workerd ${miniflare.dependencies.workerd}`;
}
