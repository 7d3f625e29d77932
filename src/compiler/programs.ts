/** @file All programs of a model, by name. */
import type { Programs } from "../backends/model.js";
import type { CompiledProgram } from "../ir/kernel.js";

/** `train`, `predict`, ..; those of later phases under names of their own, those of every phase with its number. */
export function namedPrograms({ later, phases, ...single }: Programs): ReadonlyMap<string, CompiledProgram> {
  const groups: readonly Readonly<Record<string, CompiledProgram | undefined>>[] = [
    single,
    Object.fromEntries(later.map((program) => [program.name, program])),
    ...phases.map((phase, k) =>
      Object.fromEntries(
        Object.entries<CompiledProgram | undefined>({ ...phase }).map(([name, program]) => [
          `${name}_${k + 1}`,
          program,
        ]),
      ),
    ),
  ];
  const names = new Map<CompiledProgram, string>();
  for (const [name, program] of groups.flatMap((group) => Object.entries(group)))
    if (program && !names.has(program)) names.set(program, name);
  return new Map([...names].map(([program, name]) => [name, program]));
}
