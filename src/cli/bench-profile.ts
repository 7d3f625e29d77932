/** @file Time, rate and share of the peak of each kernel of a training step. */
import type { BenchStep } from "./bench-step.js";

export interface KernelTime {
  /** In the order of a step, from 1: as `train_3` in the binary. */
  readonly place: number;
  readonly name: string;
  /** Best of several runs. */
  readonly ms: number;
  /** Of the sum over all kernels. */
  readonly share: number;
  /** Of the operations as scheduled. */
  readonly gflops: number;
  readonly peakFraction: number;
}

/** Slowest first. The kernels run in the order of a step, again and again for `seconds` after as long a warm-up. */
export function profile(
  { compiled, net, internals, restart }: BenchStep,
  seconds: number,
  peak: number,
): readonly KernelTime[] {
  const kernels = internals.train ?? [];
  const { memory, step, seed } = internals.open(net);
  const best = kernels.map(() => Infinity);
  const rounds = (until: number) => {
    do {
      restart();
      kernels.forEach((kernel, k) => {
        const start = performance.now();
        kernel.run(memory, compiled.batch, step, seed);
        best[k] = Math.min(best[k]!, performance.now() - start);
      });
    } while (performance.now() < until);
  };
  rounds(performance.now() + seconds * 1e3);
  best.fill(Infinity);
  rounds(performance.now() + seconds * 1e3);
  const total = best.reduce((sum, ms) => sum + ms, 0);
  return kernels
    .map(({ name, flops }, k) => {
      const ms = best[k]!;
      const gflops = (flops * compiled.batch) / ms / 1e6;
      return { place: k + 1, name, ms, share: ms / total, gflops, peakFraction: gflops / peak };
    })
    .sort((a, b) => b.ms - a.ms);
}
