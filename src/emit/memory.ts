/** @file The memory of a net and the function that opens it: typed arrays, or one WebAssembly memory with the programs' binary. */
import type { BatchPrograms, CompiledModel } from "../backends/model.js";
import { assembleWasm, layoutMemory, printWat } from "../backends/wasm/module.js";
import type { ArrayName, CompiledProgram } from "../ir/kernel.js";
import type { ModelNames, ModuleContext } from "./context.js";
import { printValue, type Value } from "./literal.js";
import { type WasmExport, withoutTraining } from "./programs.js";
import { type ArraySizes, memorySizes } from "./spec.js";

export interface NetMemory {
  /** The function that opens it. */
  readonly open: string;
  readonly text: string;
  /** The constant with the binary; empty for TypeScript alone. */
  readonly binary: string;
  /** Functions of the binary, by name. */
  readonly exports: ReadonlyMap<string, WasmExport>;
}

export type NetKind = "Predictor" | "Training";

const batchPrograms: Readonly<Record<NetKind, readonly (keyof BatchPrograms)[]>> = {
  Predictor: ["predict"],
  Training: ["train", "evaluate", "predict", "survey"],
};
const chosen = (programs: BatchPrograms, kinds: readonly (keyof BatchPrograms)[]) =>
  kinds.flatMap((kind) => programs[kind] ?? []);

/** Elements of each array for a net that runs these programs on a batch. */
function sizesOf(model: CompiledModel, net: NetKind, batch: readonly CompiledProgram[]): ArraySizes {
  const { initialize, finish, reset, settle } = model.programs;
  const others = net === "Training" ? [initialize, finish, reset, settle] : [withoutTraining(initialize), reset];
  return memorySizes(model, [...batch, ...others.flatMap((program) => program ?? [])], net === "Training");
}

/** The largest binary of a model as WebAssembly text. */
export function printBinary(model: CompiledModel): string {
  const net = model.programs.train ? "Training" : "Predictor";
  const programs = chosen(model.programs, batchPrograms[net]);
  return printWat(
    programs.map((program) => ({ name: program.name, program })),
    layoutMemory(sizesOf(model, net, programs)),
  );
}

export function printMemory(context: ModuleContext, names: ModelNames, model: CompiledModel, net: NetKind): NetMemory {
  const { internals } = context.options;
  const kinds = [...batchPrograms[net], ...(internals && net === "Training" ? ["gradient" as const] : [])];
  const sizes = (programs: BatchPrograms) => sizesOf(model, net, chosen(programs, kinds));
  const isPlain = model.target === "typescript";
  const plain = isPlain ? model.programs : model.fallback;
  const plainSizes = plain && printValue(sizes(plain), "  ", 28);

  const open = names.local(`Open${net}`);
  const binary = isPlain ? "" : names.local(`${net}Binary`);
  const call = isPlain
    ? `openPlain(${plainSizes}, options)`
    : plainSizes === undefined
      ? `openWasm(${binary}, options)`
      : `openEither(${binary}, ${plainSizes}, options)`;
  const head = `function ${open}(options${context.annotation("CreateOptions")})${context.annotation("Memory")}`;
  const comment = net === "Training" ? "Memory to train and to predict." : "Memory to predict.";
  const text = `/** ${comment} */\n${head} {\n  return ${call};\n}`;
  if (isPlain) return { open, text, binary, exports: new Map() };

  const programs = chosen(model.programs, kinds);
  const { spec, exports } = assemble(
    internals ? programs.flatMap((program) => [program, ...byKernel(program)]) : programs,
    sizes(model.programs),
  );
  const start = `const ${binary}${context.annotation("WasmSpec")} = `;
  return { open, text, binary: `${start}${printValue(spec, "", start.length)};`, exports };
}

/** Each kernel as a program of its own, to be timed. */
function byKernel(program: CompiledProgram): readonly CompiledProgram[] {
  return program.kernels.map((kernel, k) => ({ ...program, name: kernelExport(program, k), kernels: [kernel] }));
}
export const kernelExport = ({ name }: CompiledProgram, index: number): string => `${name}_${index + 1}`;

function assemble(programs: readonly CompiledProgram[], sizes: ArraySizes) {
  const layout = layoutMemory(sizes);
  const module = assembleWasm(
    programs.map((program) => ({ name: program.name, program })),
    layout,
  );
  const places = Object.entries(sizes).map(([array, length]) => [array, [layout.bases[array as ArrayName]!, length]]);
  const spec: Value = {
    binary: base64(module.bytes),
    sharing: module.memoryFlags,
    programs: Object.fromEntries(
      programs.map(({ name }) => [
        name,
        (module.scalars.get(name) ?? []).map((scalar) => (scalar.name === "step" ? "step" : scalar.site)),
      ]),
    ),
    size: layout.bytes,
    arrays: Object.fromEntries(places) as Value,
  };
  const exports = programs.map(({ name }) => [name, { name, scalars: module.scalars.get(name) ?? [] }] as const);
  return { spec, exports: new Map(exports) };
}

/** In pieces, because a call takes only so many arguments. */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (let k = 0; k < bytes.length; k += 4096) text += String.fromCharCode(...bytes.subarray(k, k + 4096));
  return btoa(text);
}
