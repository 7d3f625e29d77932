/** @file A training step made ready to be timed: compiled, its net created, its kernels compiled by the engine. */
import { setTimeout } from "node:timers/promises";
import type { CompiledModel } from "../backends/model.js";
import type { CheckedModel } from "../check/model.js";
import { compileModel, type CompileOptions } from "../compiler/compile.js";
import { demandTraining, instantiateOpen } from "./compile.js";
import { InputFault } from "./fault.js";
import type { Data, Internals, ModelModule, Net } from "./module.js";
import { noise } from "./noise.js";

/** What is timed. */
export interface Work {
  readonly run: () => void;
  /**
   * Called now and then, not timed: a net that has learnt its few made-up examples by heart has no gradients left, which are no
   * work where sparse, and very slow to compute with where almost nothing.
   */
  readonly restart: () => void;
}
const callsPerRestart = 100;

/** One step on a full batch of made-up examples. */
export interface BenchStep extends Work {
  readonly compiled: CompiledModel;
  readonly net: Net;
  readonly internals: Internals;
}

/** `threads` is for WebAssembly; the others have one. */
export async function prepareStep(
  checked: CheckedModel,
  options: CompileOptions & { readonly threads: number },
): Promise<BenchStep> {
  demandTraining(checked);
  const compiled = compileModel(checked, options);
  const { module, internals } = await instantiateOpen(compiled);
  const net = await createNet(module, compiled.target === "wasm" ? options.threads : 1);
  const start = net.save();
  const step = (data: Data): Work => ({
    run: () => {
      net.trainStep(data);
    },
    restart: () => net.load(start),
  });
  // Until the engine has compiled every kernel, steps are slow and allocate; single examples get it there soonest.
  warmUp(15, 6000, step(noise(checked, 1, 1)));
  const work = step(noise(checked, compiled.batch, 1));
  warmUp(0.5, Infinity, work);
  return { compiled, net, internals, ...work };
}

/** A net whose threads have all started. */
export async function createNet(module: ModelModule, threads: number): Promise<Net> {
  const net = module.create({ seed: 1, threads });
  for (const start = performance.now(); net.threads < threads; await setTimeout(1))
    if (performance.now() > start + 10e3) throw new InputFault(`only ${net.threads} of ${threads} threads started`);
  return net;
}

function warmUp(seconds: number, calls: number, { run, restart }: Work): void {
  const end = performance.now() + seconds * 1e3;
  for (let k = 0; k < calls && performance.now() < end; k++) {
    if (k % callsPerRestart === 0) restart();
    run();
  }
}

/** Milliseconds per call: each the mean of `calls` calls in a row; at least five of them, for about `seconds`. */
export function sample(seconds: number, calls: number, { run, restart }: Work): readonly number[] {
  const times: number[] = [];
  const end = performance.now() + seconds * 1e3;
  for (let made = 0; performance.now() < end || times.length < 5; made += calls) {
    if (made % callsPerRestart === 0) restart();
    const start = performance.now();
    for (let k = 0; k < calls; k++) run();
    times.push((performance.now() - start) / calls);
  }
  return times;
}

/**
 * Growth of the heap per step: the difference between runs of n and of 2 n steps, which leaves out what looking at the heap costs;
 * each the least of several, runs in which memory was collected not counted. Taken after a warm-up: code that the engine has not compiled yet allocates for every number.
 */
export function bytesPerStep({ run, restart }: Work, milliseconds: number): number {
  const steps = Math.min(50, Math.max(4, Math.ceil(200 / milliseconds)));
  const growth = (count: number) => {
    restart();
    const before = process.memoryUsage().heapUsed;
    for (let k = 0; k < count; k++) run();
    return process.memoryUsage().heapUsed - before;
  };
  const least = (count: number) => {
    const rounds = Array.from({ length: 15 }, () => growth(count)).filter((bytes) => bytes >= 0);
    return rounds.length === 0 ? 0 : Math.min(...rounds);
  };
  return Math.max(0, Math.round((least(2 * steps) - least(steps)) / steps));
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
export const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
