/** @file Kernels written by hand: constructors for tests. */
import type { ArrayName, CompiledProgram, Kernel, KernelExpr, KernelStatement, LaneType } from "../../src/ir/kernel.js";
import type { ScalarOp } from "../../src/ir/types.js";

export const kernelOf = (body: readonly KernelStatement[]): Kernel => ({ name: "kernel", origins: [], flops: 0, body });
export function programOf(...kernels: readonly Kernel[]): CompiledProgram {
  const none = { activations: 0, integers: 0 };
  return { name: "test", kernels, ...none, lowerBound: none, regions: [] };
}

export const int = (value: number): KernelExpr => ({ kind: "const", type: "i32", value });
export const constant = (type: LaneType, value: number): KernelExpr => ({ kind: "const", type, value });
export const local = (name: string, type: LaneType): KernelExpr => ({ kind: "local", type, name });
export const linear = (value: number, terms: Readonly<Record<string, number>>): KernelExpr => ({
  kind: "linear",
  type: "i32",
  constant: value,
  terms: Object.entries(terms).map(([name, factor]) => ({ name, factor })),
});
export const load = (type: LaneType, array: ArrayName, index: KernelExpr): KernelExpr => ({
  kind: "load",
  type,
  array,
  index,
});
export const apply = (op: ScalarOp, type: LaneType, ...given: readonly KernelExpr[]): KernelExpr => ({
  kind: "apply",
  type,
  op,
  arguments: given,
});
export const store = (array: ArrayName, index: KernelExpr, value: KernelExpr, accumulate = false): KernelStatement => ({
  kind: "store",
  array,
  index,
  value,
  accumulate,
});
export const loop = (
  variable: string,
  from: KernelExpr,
  to: KernelExpr,
  body: readonly KernelStatement[],
  step = 1,
): KernelStatement & { kind: "for" } => ({ kind: "for", variable, from, to, step, body });
