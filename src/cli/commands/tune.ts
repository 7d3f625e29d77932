/** @file `netc tune FILE`: measures tilings of the kernels on this machine, and keeps the fastest in a file beside the source. */
import { cpus } from "node:os";
import type { Register } from "../command-line.js";
import { checkFile, checkModels } from "../compile.js";
import { InputFault } from "../fault.js";
import { nodeHost, writeAtomic } from "../../host/files.js";
import { whole } from "../numbers.js";
import { printSchedules, readScheduleFile, type ScheduleEntry, schedulePath } from "../../compiler/schedule-file.js";
import { exactFlag, exactHelp } from "../target.js";
import { table, type Terminal } from "../terminal.js";
import { tune as tuneModel, type TuneResult } from "../tune.js";

interface TuneOptions {
  readonly model?: string;
  readonly batch?: number;
  readonly exact?: true;
  readonly seconds: number;
  readonly dry?: true;
  readonly json?: true;
}

export const tune: Register = (program, terminal) => {
  program
    .command("tune")
    .description("measure schedules of the WebAssembly kernels on this machine, and keep the fastest beside the source")
    .argument("<file>", ".net file")
    .option("--model <name>", "which model of the file (default: all)")
    .option("--batch <n>", "examples per step (default: the model's)", whole(1))
    .option(exactFlag, exactHelp)
    .option("--seconds <n>", "how long to measure each model", whole(1), 20)
    .option("--dry", "report only")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Writes FILE.schedule.json, to be committed with FILE; build, train, eval, predict and bench follow it wherever it lies beside FILE.
Without it the compiler's cost model decides, the same on every machine. A schedule changes the order in which sums are added, and so
the last bits of results: the same FILE and the same schedule give the same bits everywhere, another schedule gives others.
An entry is for one shape of loops: after a change of sizes or of --batch it applies no longer, and tune finds the next.
The file is written anew; with --model, --batch or --exact its other entries stay.

Example:
  netc tune examples/mnist.net --seconds 30`,
    )
    .action((file: string, options: TuneOptions) => run(file, options, terminal));
};

async function run(file: string, options: TuneOptions, terminal: Terminal): Promise<void> {
  const { model, batch, exact = false, seconds } = options;
  const models = model === undefined ? checkModels(file, batch) : [checkFile(file, options)];
  if (models.length === 0) throw new InputFault(`${file} has no model`, "add one: model Name { .. }");
  const known = readScheduleFile(nodeHost, file, terminal.note)?.choices ?? new Map<string, ScheduleEntry>();
  const results = new Map<string, TuneResult>();
  for (const checked of models) {
    const progress = (stage: string, done: number) =>
      terminal.status(`${checked.name}: ${stage} ${Math.round(100 * done)}%`);
    results.set(checked.name, await tuneModel(checked, { exact, seconds, known, progress }));
  }
  const isWhole = model === undefined && batch === undefined && !exact;
  const found = [...results.values()].flatMap(({ kernels }) => kernels.flatMap(({ entries }) => [...entries]));
  const choices = new Map([...(isWhole ? [] : known), ...found]);
  const path = schedulePath(file);
  const measured = `${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}`;
  // Where there is nothing to say and was nothing before, no file says so.
  const written = !options.dry && (choices.size > 0 || known.size > 0);
  if (written) writeAtomic(path, printSchedules({ measured, choices }));

  if (options.json) {
    const plain = [...results].map(([name, { kernels, ...rest }]) => ({
      model: name,
      ...rest,
      kernels: kernels.map(({ entries, ...kernel }) => ({ ...kernel, choices: Object.fromEntries(entries) })),
    }));
    terminal.out(JSON.stringify({ file: written ? path : null, choices: choices.size, models: plain }));
    return;
  }
  for (const [name, result] of results) report(name, result, terminal);
  terminal.out(
    written
      ? `${path}  ${choices.size} choice${choices.size === 1 ? "" : "s"}; commit it with ${file}`
      : found.length === 0
        ? "the cost model's tilings are the fastest found; nothing to write"
        : "nothing written (--dry)",
  );
}

function report(name: string, { kernels, programs, disagreeing }: TuneResult, terminal: Terminal): void {
  for (const kernel of disagreeing)
    terminal.err(
      `${terminal.paint("yellow", "note")}: another tiling of ${kernel} gives other results, left as it is; please report this`,
    );
  const rows = kernels.map((kernel) => [
    kernel.name,
    kernel.msBefore.toFixed(4),
    kernel.ms.toFixed(4),
    `${(kernel.msBefore / kernel.ms).toFixed(2)}x`,
    [...kernel.entries.values()].map(choiceText).join("; "),
  ]);
  terminal.out(table([["kernel", "before ms", "ms", "faster", "tiling"], ...rows], terminal.paint));
  for (const { name: program, msBefore, ms } of programs)
    terminal.out(`${name} ${program}: ${msBefore.toFixed(3)} ms, tuned ${ms.toFixed(3)} ms`);
  terminal.out("");
}
function choiceText({ rows, vector, order }: ScheduleEntry): string {
  const lanes = vector === undefined ? "" : vector === "sums" ? ", lanes along sums" : `, lanes along loop ${vector}`;
  return `${rows.join(" x ")}${lanes}${order ? `, loops ${order.join(" ")}` : ""}`;
}
