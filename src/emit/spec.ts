/** @file The constants of a generated module: ports, tensors, memory sizes. */
import type { Port } from "../check/model.js";
import type { Arena, CompiledModel } from "../backends/model.js";
import type { ArrayName, CompiledProgram } from "../ir/kernel.js";
import type { Source } from "../ir/types.js";
import { Code, type Value } from "./literal.js";

export const product = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);

/** Of the runtime: other modules do without them. */
const sequenceFunctions = Object.entries({ read: "readItems", load: "loadItems", give: "giveItems" }).map(
  ([key, name]) => [key, new Code(name)] as const,
);

export function portValue({ name, element, shape, source, sequence }: Port): Value {
  return {
    name,
    kind: element.kind,
    shape,
    size: product(shape),
    arena: source.arena,
    offset: source.offset,
    ...(element.kind === "class" ? { classes: element.size } : {}),
    ...(element.kind === "class" && element.labels ? { labels: element.labels } : {}),
    ...(sequence
      ? { sequence: { name: sequence.name, offset: sequence.lengths.offset, ...Object.fromEntries(sequenceFunctions) } }
      : {}),
  };
}

export function tensorValue(path: string, shape: readonly number[], { arena, offset }: Source): Value {
  return { name: path, arena, offset, shape };
}

/** Where a parameter is found among nested objects: a path that another continues stays whole. */
export function parameterPaths(paths: readonly string[]): readonly (readonly string[])[] {
  return paths.map((path) =>
    paths.some((other) => other.startsWith(`${path}.`) || path.startsWith(`${other}.`)) ? [path] : path.split("."),
  );
}

/** In elements. */
export type ArraySizes = Readonly<Partial<Record<ArrayName, number>>>;

/** Arenas that only training uses come last, or not at all. */
export function memorySizes(
  { arenas }: CompiledModel,
  programs: readonly CompiledProgram[],
  training: boolean,
): ArraySizes {
  const predicting = ["inputs", "classes", "parameters", "buffers", "outputs", "decisions", "memories"];
  const largest = (of: "activations" | "integers") => Math.max(0, ...programs.map((program) => program[of]));
  const lengths = (list: readonly Arena[]) => list.map(({ name, length }) => [name, length] as const);
  return Object.fromEntries(
    [
      ...lengths(arenas.filter(({ name }) => predicting.includes(name))),
      ["integers", largest("integers")] as const,
      ["activations", largest("activations")] as const,
      ...lengths(training ? arenas.filter(({ name }) => !predicting.includes(name)) : []),
    ].filter(([, length]) => length !== 0),
  );
}

/** Everything that weights depend on: ports with their labels, and tensors; 64 bits of FNV-1a in hexadecimal. */
export function signatureOf({ checked }: CompiledModel): string {
  const port = ({ name, element, shape, sequence }: Port) => [
    name,
    element.kind,
    element.kind === "class" ? [element.size, element.labels] : [],
    shape,
    ...(sequence ? [sequence.name] : []),
  ];
  const text = JSON.stringify([
    [checked.inputs, checked.targets, checked.outputs].map((ports) => ports.map(port)),
    [checked.parameters, checked.buffers].map((tensors) => tensors.map(({ path, shape }) => [path, shape])),
  ]);
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}

/** The sizes that a program may rely on at compile time. */
export function shapesValue({ checked, batch }: CompiledModel): Value {
  const shapes = (items: readonly { readonly name: string; readonly shape: readonly number[] }[]): Value =>
    Object.fromEntries(items.map(({ name, shape }) => [name, shape]));
  return {
    batch,
    inputs: shapes(checked.inputs),
    targets: shapes(checked.targets),
    outputs: shapes(checked.outputs),
    metrics: shapes(checked.metrics),
    parameters: shapes(checked.parameters.map(({ path, shape }) => ({ name: path, shape }))),
  };
}
