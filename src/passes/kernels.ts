/** @file A program of the tensor graph becomes kernels and a memory plan. */
import type { Graph } from "../ir/graph.js";
import type { CompiledProgram, Kernel, KernelExpr } from "../ir/kernel.js";
import type { Origin, Program } from "../ir/types.js";
import { affine, int, variable } from "./affine.js";
import { Blocks } from "./blocks.js";
import { inPlace } from "./in-place.js";
import { kernelizeNest } from "./kernelize.js";
import type { Place } from "./kernelize.js";
import type { Loop, Step } from "./nest.js";
import type { Schedules } from "./schedules.js";
import { withLists } from "./lists.js";
import { withPartialSums } from "./partial-sums.js";
import { withParts } from "./parts.js";
import { planMemory } from "./plan.js";
import { schedule } from "./schedule.js";
import { withStreams } from "./streams.js";
import { skipZeros } from "./sparse.js";
import { tidy } from "./tidy.js";

export interface KernelOptions {
  /** The declared, largest number of examples in one call. */
  readonly batch: number;
  /** Only WebAssembly has vectors. Default `typescript`. */
  readonly target?: "typescript" | "wasm" | undefined;
  /** Kernels of TypeScript that are short rather than fast. Default false. */
  readonly short?: boolean | undefined;
  /** Kernels of WebAssembly that run too shortly to be shared by threads. Default false. */
  readonly alone?: boolean | undefined;
  /** Tilings chosen by measurement; for WebAssembly. Default: the cost model decides. */
  readonly schedules?: Schedules | undefined;
}

export function compileProgram(graph: Graph, program: Program, options: KernelOptions): CompiledProgram {
  const { batch, target, short = false, alone = false, schedules } = options;
  const sparse = skipZeros(graph, program);
  const isWide = target === "wasm";
  const ordered = schedule(graph, isWide ? withPartialSums(graph, sparse, batch) : sparse, batch);
  const steps = inPlace(isWide ? forVectors(graph, ordered, batch) : ordered, batch);
  const plan = planMemory(steps);
  const place = {
    batch,
    offsets: plan.offsets,
    env: new Map(),
    vectors: isWide,
    threads: isWide && !alone,
    isShort: short,
    schedules,
  };
  const kernels = steps.map((step, k) => kernelOf(step, { ...place, kernel: `${program.name}${k + 1}` }));
  return {
    name: program.name,
    kernels: kernels.filter(({ body }) => body.length > 0),
    activations: plan.activations,
    integers: plan.integers,
    lowerBound: plan.lowerBound,
    regions: plan.regions,
  };
}

function forVectors(graph: Graph, steps: readonly Step[], batch: number): readonly Step[] {
  const listed = withLists(graph, steps, batch);
  return batch === 1 ? withStreams(graph, listed) : withParts(graph, listed, batch);
}

function kernelOf(step: Step, place: Place): Kernel {
  const blocks = new Blocks(place.batch);
  emitStep(blocks, step, place);
  return {
    name: place.kernel,
    origins: originsOf(step),
    body: tidy(blocks.statements),
    flops: blocks.flops / place.batch,
  };
}

function emitStep(blocks: Blocks, step: Step, place: Place): void {
  if (step.kind === "nest") return blocks.from(step.origins.at(-1), () => kernelizeNest(blocks, step, place));
  const trips = step.axis.extent as number;
  const body = (name: string) => {
    const inner = { ...place, env: new Map(place.env).set(step.axis, variable(name)) };
    for (const part of step.body) emitStep(blocks, part, inner);
  };
  const { from, to } = endsOf(blocks, step, place);
  blocks.loop(from, to, 1, { min: 0, max: trips - 1 }, trips, body, place.threads ? { meets: true } : {});
}

function endsOf(blocks: Blocks, { axis, cut }: Loop, { offsets }: Place): { from: KernelExpr; to: KernelExpr } {
  const all = { from: int(0), to: int(axis.extent as number) };
  if (!cut) return all;
  const { buffer } = cut.count;
  const index = int(offsets.get(buffer)!);
  const count = blocks.name({ kind: "load", type: "i32", array: buffer.array, index }) as KernelExpr & { name: string };
  const place = blocks.atom(affine(cut.constant, [{ name: count.name, factor: cut.factor }]));
  const end = blocks.bound("min", blocks.bound("max", place, all.from), all.to);
  return cut.part === "before" ? { ...all, to: end } : { ...all, from: end };
}

function originsOf(step: Step): readonly Origin[] {
  if (step.kind === "loop") return [step.origin];
  return [
    ...new Map(step.origins.map((origin) => [`${origin.label}:${origin.location?.span.start ?? ""}`, origin])).values(),
  ];
}
