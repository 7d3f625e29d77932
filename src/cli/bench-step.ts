/** @file A training step made ready to be timed: compiled, its net created, its kernels compiled by the engine. */
import type { CompiledModel } from "../backends/model.js";
import type { CheckedModel } from "../check/model.js";
import { compileModel, type CompileOptions } from "../compiler/compile.js";
import { instantiateOpen } from "./compile.js";
import { InputFault } from "./fault.js";
import type { Internals, Net } from "./module.js";
import { noise } from "./noise.js";

export interface BenchStep {
  readonly compiled: CompiledModel;
  readonly net: Net;
  readonly internals: Internals;
  /** One step on a full batch of made-up examples. */
  readonly run: () => void;
}

export async function prepareStep(checked: CheckedModel, options: CompileOptions): Promise<BenchStep> {
  const compiled = compileModel(checked, options);
  if (!compiled.programs.train) throw new InputFault(`${checked.name} has nothing to train`);
  const { module, internals } = await instantiateOpen(compiled);
  const net = module.create({ seed: 1 });
  // Until the engine has compiled every kernel, steps are slow and allocate; single examples get it there soonest.
  const single = noise(checked, 1, 1);
  for (let k = 0, end = performance.now() + 15e3; k < 6000 && performance.now() < end; k++) net.trainStep(single);
  const data = noise(checked, compiled.batch, 1);
  const run = () => {
    net.trainStep(data);
  };
  sample(0.5, 1, run);
  return { compiled, net, internals, run };
}

/** Milliseconds per call: each the mean of `calls` calls in a row; at least five of them, for about `seconds`. */
export function sample(seconds: number, calls: number, run: () => void): readonly number[] {
  const times: number[] = [];
  const end = performance.now() + seconds * 1e3;
  for (let now = performance.now(); now < end || times.length < 5;) {
    for (let k = 0; k < calls; k++) run();
    const after = performance.now();
    times.push((after - now) / calls);
    now = after;
  }
  return times;
}

/**
 * Growth of the heap per step: the difference between runs of n and of 2 n steps, which leaves out what looking at the heap costs;
 * each the least of several, runs in which memory was collected not counted. Taken after a warm-up: code that the engine has not compiled yet allocates for every number.
 */
export function bytesPerStep(step: () => void, milliseconds: number): number {
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

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
export const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
