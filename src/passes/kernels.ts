/** @file A program of the tensor graph becomes kernels and a memory plan. */
import type { Graph } from "../ir/graph.js";
import type { CompiledProgram, Kernel } from "../ir/kernel.js";
import type { Axis, Origin, Program } from "../ir/types.js";
import { int, variable } from "./affine.js";
import type { Affine } from "./affine.js";
import { Blocks } from "./blocks.js";
import { kernelizeNest } from "./kernelize.js";
import type { Step } from "./nest.js";
import { planMemory } from "./plan.js";
import type { MemoryPlan } from "./plan.js";
import { schedule } from "./schedule.js";
import { skipZeros } from "./sparse.js";
import { tidy } from "./tidy.js";

/** `batch` is the declared, largest number of examples in one call. */
export function compileProgram(graph: Graph, program: Program, { batch }: { batch: number }): CompiledProgram {
  const steps = schedule(graph, skipZeros(graph, program), batch);
  const plan = planMemory(steps);
  const kernels = steps.map((step, k) => kernelOf(`${program.name}${k + 1}`, step, plan, batch));
  return {
    name: program.name,
    kernels: kernels.filter(({ body }) => body.length > 0),
    activations: plan.activations,
    integers: plan.integers,
    regions: plan.regions,
  };
}

function kernelOf(name: string, step: Step, plan: MemoryPlan, batch: number): Kernel {
  const blocks = new Blocks(batch);
  emitStep(blocks, step, plan, batch, new Map());
  return { name, origins: originsOf(step), body: tidy(blocks.statements), flops: blocks.flops / batch };
}

function emitStep(blocks: Blocks, step: Step, plan: MemoryPlan, batch: number, env: ReadonlyMap<Axis, Affine>): void {
  if (step.kind === "nest") return kernelizeNest(blocks, step, { batch, offsets: plan.offsets, env });
  const trips = step.axis.extent as number;
  blocks.loop(int(0), int(trips), 1, { min: 0, max: trips - 1 }, trips, (name) => {
    const inner = new Map(env).set(step.axis, variable(name));
    for (const part of step.body) emitStep(blocks, part, plan, batch, inner);
  });
}

function originsOf(step: Step): readonly Origin[] {
  if (step.kind === "loop") return [step.origin];
  return [
    ...new Map(step.origins.map((origin) => [`${origin.label}:${origin.location?.span.start ?? ""}`, origin])).values(),
  ];
}
