/** @file The memory that a compiled model takes, to the byte, as its plan says. */
import type { CompiledModel } from "../backends/model.js";
import type { CompiledProgram } from "../ir/kernel.js";
import { namedPrograms } from "./programs.js";

export interface MemoryUse {
  /** Weights, slots, ports. */
  readonly arenas: number;
  /** Intermediate values of each program; programs share the memory. */
  readonly workspaces: Readonly<Record<string, number>>;
  readonly all: number;
  /** The least that the lifetimes of intermediate values allow. */
  readonly least: number;
}

/** In bytes. */
export function memoryUse({ arenas: list, programs }: CompiledModel): MemoryUse {
  const arenas = list.reduce((sum, arena) => sum + arena.length * (arena.type === "f64" ? 8 : 4), 0);
  const named = namedPrograms(programs);
  const bytes = ({ activations, integers }: { readonly activations: number; readonly integers: number }) =>
    4 * (activations + integers);
  const largest = (of: (program: CompiledProgram) => number) => arenas + Math.max(...[...named.values()].map(of));
  return {
    arenas,
    workspaces: Object.fromEntries([...named].map(([name, program]) => [name, bytes(program)])),
    all: largest(bytes),
    least: largest(({ lowerBound }) => bytes(lowerBound)),
  };
}
