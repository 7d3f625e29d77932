/** @file `netc bench FILE`: step time, rate, share of the machine's peak, time per kernel. */
import type { Target } from "../../backends/model.js";
import { compileModel } from "../../compiler/compile.js";
import type { Register } from "../command-line.js";
import { checkFile, instantiateOpen } from "../compile.js";
import { InputFault } from "../fault.js";
import type { InternalKernel, Net } from "../module.js";
import { noise } from "../noise.js";
import { whole } from "../numbers.js";
import { scalarPeak } from "../peak.js";
import { defaultTarget, targetFlag, targetHelp, targetOf } from "../target.js";
import { grouped, table } from "../terminal.js";

interface BenchOptions {
  readonly model?: string;
  readonly batch?: number;
  readonly target: Target;
  readonly seconds: number;
  readonly json?: true;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/**
 * Growth of the heap per step: the difference between runs of n and of 2 n steps, which leaves out what looking at the heap costs;
 * each the least of several, runs in which memory was collected not counted. Taken after a warm-up: code that the engine has not compiled yet allocates for every number.
 */
function bytesPerStep(step: () => void, milliseconds: number): number {
  const steps = Math.min(50, Math.max(4, Math.ceil(200 / milliseconds)));
  const growth = (count: number) => {
    const before = process.memoryUsage().heapUsed;
    for (let k = 0; k < count; k++) step();
    return process.memoryUsage().heapUsed - before;
  };
  const least = (count: number) => {
    const rounds = Array.from({ length: 15 }, () => growth(count)).filter((bytes) => bytes >= 0);
    return rounds.length === 0 ? 0 : Math.min(...rounds);
  };
  return Math.max(0, Math.round((least(2 * steps) - least(steps)) / steps));
}

export const bench: Register = (program, terminal) => {
  program
    .command("bench")
    .description("time the training step")
    .argument("<file>", ".net file")
    .option("--model <name>", "which model of the file")
    .option("--batch <n>", "examples per step (default: the model's)", whole(1))
    .option("--seconds <n>", "how long to measure", whole(1), 5)
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  netc bench examples/mnist.net --json")
    .action(async (file: string, options: BenchOptions) => {
      const checked = checkFile(file, options);
      const compiled = compileModel(checked, options);
      const { batch, nominalFlops } = compiled;
      if (!compiled.programs.train) throw new InputFault(`${checked.name} has nothing to train`);
      const { module, internals } = await instantiateOpen(compiled);
      const net = module.create({ seed: 1 });
      const data = noise(checked, batch, 1);
      const step = () => net.trainStep(data);
      // Until the engine has compiled every kernel, steps are slow and allocate; single examples get it there soonest.
      const single = noise(checked, 1, 1);
      for (let k = 0, end = performance.now() + 15e3; k < 6000 && performance.now() < end; k++) net.trainStep(single);
      timeFor(0.5, step);
      // The peak is measured before and after: a machine that slows down in between must not flatter us.
      const peaks = [scalarPeak()];
      const times = timeFor(options.seconds, step);
      peaks.push(scalarPeak());
      const best = times.reduce((a, b) => Math.min(a, b));
      const peak = Math.max(...peaks);
      const gflops = nominalFlops / best / 1e6;
      const result = {
        model: checked.name,
        batch,
        msPerStep: best,
        medianMsPerStep: median(times),
        examplesPerSecond: (1e3 * batch) / best,
        gflops,
        flopsPerStep: nominalFlops,
        peakGflops: peak,
        peakFraction: gflops / peak,
        arenaBytes: arenaBytes(compiled),
        bytesAllocatedPerStep: bytesPerStep(step, best),
      };
      const kernels = profile(internals.train ?? [], internals.open(net), net, batch);
      if (options.json) {
        terminal.out(JSON.stringify({ ...result, kernels }));
        return;
      }
      terminal.out(
        `${checked.name}, batch ${batch}: ${best.toFixed(3)} ms per step (median ${result.medianMsPerStep.toFixed(3)}), ` +
          `${grouped(result.examplesPerSecond)} examples/s\n` +
          `${gflops.toFixed(2)} GFLOP/s of the model's ${grouped(nominalFlops)} nominal operations, ` +
          `${(100 * result.peakFraction).toFixed(0)}% of the scalar peak ${peak.toFixed(2)}\n` +
          `${grouped(result.arenaBytes)} bytes of memory, ${result.bytesAllocatedPerStep} bytes allocated per step\n`,
      );
      const body = kernels.map((k) => [k.name, k.ms.toFixed(4), `${(100 * k.share).toFixed(1)}%`, k.gflops.toFixed(2)]);
      terminal.out(table([["kernel", "ms", "share", "GFLOP/s"], ...body], terminal.paint));
    });
};

function timeFor(seconds: number, step: () => void): number[] {
  const times: number[] = [];
  const end = performance.now() + seconds * 1e3;
  for (let now = performance.now(); now < end || times.length < 5;) {
    step();
    const after = performance.now();
    times.push(after - now);
    now = after;
  }
  return times;
}

function arenaBytes({ arenas, programs }: ReturnType<typeof compileModel>): number {
  const fixed = arenas.reduce((sum, { type, length }) => sum + length * (type === "f64" ? 8 : 4), 0);
  const work = Object.values(programs).map((p) => (p ? 4 * (p.activations + p.integers) : 0));
  return fixed + Math.max(...work);
}

interface KernelTime {
  readonly name: string;
  readonly ms: number;
  readonly share: number;
  readonly gflops: number;
}

/** Best time of each kernel of a step, slowest first. */
function profile(
  kernels: readonly InternalKernel[],
  { memory }: { readonly memory: Parameters<InternalKernel["run"]>[0] },
  net: Net,
  batch: number,
): readonly KernelTime[] {
  const best = kernels.map(() => Infinity);
  for (let round = 0; round < 20; round++)
    kernels.forEach((kernel, k) => {
      const start = performance.now();
      kernel.run(memory, batch, net.step, net.seed);
      best[k] = Math.min(best[k]!, performance.now() - start);
    });
  const total = best.reduce((sum, ms) => sum + ms, 0);
  return kernels
    .map(({ name, flops }, k) => ({
      name,
      ms: best[k]!,
      share: best[k]! / total,
      gflops: (flops * batch) / best[k]! / 1e6,
    }))
    .sort((a, b) => b.ms - a.ms);
}
