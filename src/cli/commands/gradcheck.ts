/** @file `netc gradcheck FILE`: every parameter's gradient against finite differences in 64 bits. */
import type { Target } from "../../backends/model.js";
import type { CheckedModel } from "../../check/model.js";
import { checkGradients, type GradientReport } from "../../lower/gradcheck.js";
import { compileModel } from "../../compiler/compile.js";
import type { Register } from "../command-line.js";
import { checkFile, instantiateOpen } from "../compile.js";
import { exitCodes, InputFault } from "../fault.js";
import { uniform } from "../../data/random.js";
import type { Memory } from "../../emit/runtime/memory.js";
import type { Data } from "../module.js";
import { noise } from "../noise.js";
import { seedOf, whole } from "../numbers.js";
import { targetFlag, targetOf } from "../target.js";
import { table } from "../terminal.js";

interface GradcheckOptions {
  readonly model?: string;
  readonly target: Target;
  readonly seed: number;
  readonly samples: number;
  readonly json?: true;
}

/** Largest relative error that passes; the differences themselves are good to about 1e-7, WebAssembly computes in 32 bits. */
const tolerances: Readonly<Record<Target, number>> = { typescript: 1e-4, wasm: 1e-3 };
const rows = 4;

/** Reports of one model on made-up examples. */
async function gradcheckModel(
  file: string,
  { model, target, seed, samples }: Pick<GradcheckOptions, "model" | "target" | "seed" | "samples">,
): Promise<readonly GradientReport[]> {
  const checked = checkFile(file, { batch: rows, ...(model === undefined ? {} : { model }) });
  const compiled = compileModel(checked, { gradient: true });
  const { objective } = compiled;
  if (!objective) throw new InputFault(`${checked.name} has no loss, so there is no gradient to check`);
  const { module, internals } = await instantiateOpen(compiled, "f64");
  const { memory, load } = internals.open(module.create({ seed }));
  const data = noise(checked, rows, seed);
  const count = load(data);
  // Away from the start's zeros: with biases of 0 many a rectifier sits at its kink.
  memory.parameters.forEach((value, k) => {
    const wiggle = 0.2 * uniform(seed, k) - 0.1;
    memory.parameters[k] = Math.fround(value === 0 ? wiggle : value * (1 + wiggle));
  });
  holdStopped(memory);
  const run = () => {
    for (const kernel of internals.gradient ?? []) kernel.run(memory, count, 1, seed);
  };
  const single = target === "wasm" ? await wasmGradients(checked, data, seed) : undefined;
  const host = {
    parameters: memory.parameters,
    objective: () => {
      run();
      return memory.totals[objective.offset]!;
    },
    gradients: () => {
      if (single) return single(memory.parameters);
      run();
      return memory.gradients.slice();
    },
  };
  const trainable = checked.parameters.filter((parameter) => parameter.trainable);
  return checkGradients(host, trainable, {
    samples,
    tolerance: tolerances[target],
    floor: target === "wasm" ? 1e-4 : 0,
    surrogates: compiled.surrogates,
  });
}

/** What `stop_gradient` stops stays at the parameters as they are now: copies of them follow the gradients, as far as it reads them. */
function holdStopped({ parameters, gradients }: Memory): void {
  const copies = gradients.subarray(parameters.length);
  copies.set(parameters.subarray(0, copies.length));
}

/** Gradients as WebAssembly computes them. */
async function wasmGradients(
  checked: CheckedModel,
  data: Data,
  seed: number,
): Promise<(parameters: ArrayLike<number>) => ArrayLike<number>> {
  const { module, internals } = await instantiateOpen(compileModel(checked, { gradient: true, target: "wasm" }));
  const { memory, load } = internals.open(module.create({ seed }));
  const count = load(data);
  return (parameters) => {
    memory.parameters.set(parameters);
    holdStopped(memory);
    for (const kernel of internals.gradient ?? []) kernel.run(memory, count, 1, seed);
    return memory.gradients;
  };
}

export const gradcheck: Register = (program, terminal, done) => {
  program
    .command("gradcheck")
    .description("compare every parameter's gradient with finite differences")
    .argument("<file>", ".net file")
    .option("--model <name>", "which model of the file")
    .option(targetFlag, "whose gradients: typescript (in 64 bits) or wasm", targetOf, "typescript")
    .option("--seed <n>", "seed of weights and made-up examples", seedOf, 1)
    .option("--samples <n>", "elements to compare per parameter", whole(1), 12)
    .option("--json", "print one JSON array")
    .addHelpText("after", "\nExample:\n  netc gradcheck examples/custom.net")
    .action(async (file: string, options: GradcheckOptions) => {
      const reports = await gradcheckModel(file, options);
      const passes = (report: GradientReport) => report.maxRelativeError <= tolerances[options.target];
      if (options.json) terminal.out(JSON.stringify(reports, null, 2));
      else {
        const body = reports.map((report) => [
          report.path,
          String(report.checked),
          String(report.skipped),
          report.maxRelativeError.toExponential(1),
          report.note ?? (passes(report) ? "ok" : "WRONG"),
        ]);
        terminal.out(table([["parameter", "compared", "at a kink", "largest error", ""], ...body], terminal.paint));
      }
      done(reports.every(passes) ? exitCodes.ok : exitCodes.input);
    });
};
