/** @file `netc bench FILE`: step time, rate, share of the machine's peak, time per kernel; or all targets and peers in turn. */
import { nodeHost } from "../../host/files.js";
import { hasRelaxed } from "../../emit/runtime/relaxed.js";
import type { CompiledModel, Target } from "../../backends/model.js";
import type { CheckedModel } from "../../check/model.js";
import { compete, type Contestant, peerCommand, standingRows, timingOf } from "../bench-compare.js";
import type { Schedules } from "../../passes/schedules.js";
import { profile } from "../bench-profile.js";
import { type BenchStep, bytesPerStep, least, median, prepareStep, sample } from "../bench-step.js";
import type { Register } from "../command-line.js";
import { checkFile } from "../compile.js";
import { UsageFault } from "../fault.js";
import { whole } from "../numbers.js";
import { peakOf } from "../peak.js";
import { namedPrograms } from "../../compiler/programs.js";
import { checkRelaxed, noteExact, relaxedFlag, relaxedHelp } from "../relaxed.js";
import { schedulesBeside } from "../../compiler/schedule-file.js";
import { defaultTarget, exactFlag, exactHelp, targetFlag, targetHelp, targetOf, targets } from "../target.js";
import { grouped, table, type Terminal } from "../terminal.js";

interface BenchOptions {
  readonly model?: string;
  readonly batch?: number;
  readonly target: Target;
  readonly exact?: true;
  readonly relaxed?: true;
  readonly threads: number;
  readonly seconds: number;
  readonly compare?: true;
  readonly peer: readonly string[];
  readonly json?: true;
}

type Scheduled = BenchOptions & { readonly schedules: Schedules };

export const bench: Register = (program, terminal) => {
  program
    .command("bench")
    .description("time the training step")
    .argument("<file>", ".net file")
    .option("--model <name>", "which model of the file")
    .option("--batch <n>", "examples per step (default: the model's)", whole(1))
    .option("--seconds <n>", "how long to measure", whole(1), 5)
    .option(targetFlag, targetHelp, targetOf, defaultTarget)
    .option(exactFlag, exactHelp)
    .option(relaxedFlag, relaxedHelp)
    .option("--threads <n>", "how many threads compute (WebAssembly only)", whole(1), 1)
    .option("--compare", "measure all targets in turn, and print ratios to the first")
    .option(
      "--peer <command>",
      'with --compare: also a program that measures for about a second and prints {"peer": name, "ms": best, "median": ..} per step; may be repeated',
      (command: string, before: readonly string[]) => [...before, command],
      [],
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  netc bench examples/mnist.net --json" +
        '\n  netc bench examples/mnist.net --compare --peer "python3 test/bench/peers/torch_step.py cnn --tuned"',
    )
    .action(async (file: string, options: BenchOptions) => {
      if (options.threads > 1 && options.target !== "wasm" && !options.compare)
        throw new UsageFault("--threads needs --target wasm");
      if (options.peer.length > 0 && !options.compare) throw new UsageFault("--peer needs --compare");
      if (!options.compare) checkRelaxed(options);
      noteExact(options, terminal);
      const checked = checkFile(file, options);
      const schedules = schedulesBeside(nodeHost, file, terminal.note);
      await (options.compare ? compare : measure)(checked, { ...options, schedules }, terminal);
    });
};

async function measure(checked: CheckedModel, options: Scheduled, terminal: Terminal): Promise<void> {
  const { target, exact = false, relaxed = false, threads, schedules } = options;
  const step = await prepareStep(checked, { target, exact, relaxed, threads, schedules });
  const { compiled } = step;
  const { batch, nominalFlops } = compiled;
  // The peak is measured before and after: a machine that slows down in between must not flatter us.
  const isFused = compiled.relaxed && hasRelaxed();
  const before = peakOf(target, isFused);
  const times = sample(options.seconds, 1, step);
  const peak = threads * Math.max(before, peakOf(target, isFused));
  const best = least(times);
  const gflops = nominalFlops / best / 1e6;
  const result = {
    model: checked.name,
    target,
    threads,
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
  const kernels = profile(step, 1, peak);
  if (options.json) {
    terminal.out(JSON.stringify({ ...result, kernels }));
    return;
  }
  const peakName = target === "wasm" ? "128-bit peak" : "scalar peak";
  terminal.out(
    `${checked.name}, ${target}, ${threadsText(threads)}, batch ${batch}: ${best.toFixed(3)} ms per step (median ${result.medianMsPerStep.toFixed(3)}), ` +
      `${grouped(result.examplesPerSecond)} examples/s\n` +
      `${gflops.toFixed(2)} GFLOP/s of the model's ${grouped(nominalFlops)} nominal operations, ` +
      `${(100 * result.peakFraction).toFixed(0)}% of the ${peakName} ${peak.toFixed(2)}\n` +
      `${grouped(result.arenaBytes)} bytes of memory, ${result.bytesAllocatedPerStep} bytes allocated per step\n`,
  );
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  const body = kernels.map(({ place, name, ms, share, gflops, peakFraction }) => [
    String(place),
    name,
    ms.toFixed(4),
    percent(share),
    gflops.toFixed(2),
    percent(peakFraction),
  ]);
  terminal.out(table([["", "kernel", "ms", "share", "GFLOP/s", "of peak"], ...body], terminal.paint));
}

function arenaBytes({ arenas, programs }: CompiledModel): number {
  const fixed = arenas.reduce((sum, { type, length }) => sum + length * (type === "f64" ? 8 : 4), 0);
  const all = [...namedPrograms(programs).values()];
  return fixed + Math.max(...all.map(({ activations, integers }) => 4 * (activations + integers)));
}

const threadsText = (threads: number) => (threads === 1 ? "1 thread" : `${threads} threads`);

/** Rounds of a comparison. */
const rounds = 5;
/** Steps per time taken, as the peers of `test/bench` do: the best single step would flatter who is timed singly. */
const stepsPerTime = 10;

async function compare(checked: CheckedModel, options: Scheduled, terminal: Terminal): Promise<void> {
  const { exact = false, relaxed = false, threads, schedules } = options;
  const steps: (readonly [Target, BenchStep])[] = [];
  for (const target of targets)
    steps.push([target, await prepareStep(checked, { target, exact, relaxed, threads, schedules })]);
  const { batch } = steps[0]![1].compiled;
  const contestants: Contestant[] = steps.map(([target, step]) => ({
    name: `netc ${target}`,
    measure: () => timingOf(sample(options.seconds / rounds, stepsPerTime, step)),
  }));
  for (const command of options.peer) contestants.push(await peerCommand(command, { batch, threads }));
  const standings = await compete(contestants, rounds);
  if (options.json) terminal.out(JSON.stringify({ model: checked.name, threads, batch, rounds, standings }));
  else {
    terminal.out(
      `${checked.name}, ${threadsText(threads)}, batch ${batch}, ${rounds} rounds in turn; ratios to ${standings[0]!.name}\n`,
    );
    terminal.out(table(standingRows(standings), terminal.paint));
  }
}
