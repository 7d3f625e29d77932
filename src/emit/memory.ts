/** @file The memory of a net and the function that opens it: typed arrays, or one WebAssembly memory with the programs' binary. */
import type { BatchPrograms, CompiledModel } from "../backends/model.js";
import { assembleWasm, layoutMemory, type NamedProgram, printWat } from "../backends/wasm/module.js";
import type { ArrayName, CompiledProgram } from "../ir/kernel.js";
import type { ModelNames, ModuleContext } from "./context.js";
import { Code, printValue, type Value } from "./literal.js";
import { type WasmExport, withoutTraining } from "./programs.js";
import { type ArraySizes, memorySizes } from "./spec.js";

/** What opens a net's memory. */
export interface NetMemory {
  /** The function's name. */
  readonly open: string;
  readonly text: string;
  /** The constant with the binary, and its name; empty for TypeScript alone. */
  readonly binary: string;
  readonly binaryName: string;
  /** Functions of the binaries, by name. */
  readonly exports: ReadonlyMap<string, WasmExport>;
}

type Kind = keyof BatchPrograms;
const predicting: readonly Kind[] = ["predict", "predictOne"];
const training: readonly Kind[] = ["train", "later", "evaluate", "survey"];
const chosen = (programs: BatchPrograms, kinds: readonly Kind[]) => kinds.flatMap((kind) => programs[kind] ?? []);

/**
 * Elements of each array for a net that runs these programs on a batch. In nets that train the arrays of prediction come first, as
 * in nets that predict alone, and are followed by at least as much room for intermediate values: one binary predicts in both.
 */
function sizesOf(model: CompiledModel, programs: BatchPrograms, more: readonly Kind[]): ArraySizes {
  const { initialize, phases, reset, settle } = model.programs;
  const trains = more.length > 0;
  const prepared = phases.flatMap(({ begin, update, serve, finish }) => [begin, update, serve, finish]);
  const others = trains ? [initialize, ...prepared, reset, settle] : [withoutTraining(initialize), reset];
  const all = [...chosen(programs, [...predicting, ...more]), ...others.flatMap((program) => program ?? [])];
  return memorySizes(model, all, trains);
}

/** The binaries of a model as WebAssembly text: prediction, then training. */
export function printBinaries(model: CompiledModel): string {
  const print = (kinds: readonly Kind[], more: readonly Kind[]) =>
    printWat(
      named(model.programs, chosen(model.programs, kinds)),
      layoutMemory(sizesOf(model, model.programs, more)),
      kinds === predicting,
    );
  return [print(predicting, []), ...(model.programs.train ? [print(training, training)] : [])].join("\n");
}

/** Memory to predict; with that as `predictor`, memory to train. */
export function printMemory(
  context: ModuleContext,
  names: ModelNames,
  model: CompiledModel,
  predictor?: NetMemory,
): NetMemory {
  const { internals } = context.options;
  const more: readonly Kind[] = predictor ? [...training, ...(internals ? ["gradient" as const] : [])] : [];
  const net = predictor ? "Training" : "Predictor";
  const isPlain = model.target === "typescript";
  const open = names.local(`Open${net}`);
  const binaryName = isPlain ? "" : names.local(`${net}Binary`);
  const plain = isPlain ? model.programs : model.fallback;
  const binaryUsed = model.relaxed ? `${predictor ? "relaxedTraining" : "relaxed"}(${binaryName})` : binaryName;
  const openWasm = `${predictor ? "openThreaded" : "openWasm"}(${binaryUsed}, options)`;
  const openPlain = isPlain ? "openPlain(" : `openEither(() => ${openWasm}, `;
  const call = plain
    ? `${openPlain}${printValue(sizesOf(model, plain, more), "  ", openPlain.length + 20)}, options)`
    : openWasm;
  const parameter = `options${context.annotation(predictor ? "CreateOptions" : "PredictorOptions")}`;
  const text =
    `/** Memory to ${predictor ? "train and to predict" : "predict"}. */\n` +
    `function ${open}(${parameter})${context.annotation("Memory")} {\n  return ${call};\n}`;
  if (isPlain) return { open, text, binary: "", binaryName, exports: new Map() };

  const programs = chosen(model.programs, predictor ? more : predicting);
  const kernelsOf = (program: CompiledProgram) => (program === model.programs.predictOne ? [] : byKernel(program));
  const { spec, exports } = assemble(
    named(model.programs, internals ? programs.flatMap((program) => [program, ...kernelsOf(program)]) : programs),
    sizesOf(model, model.programs, more),
    { relaxed: model.relaxed, checks: !predictor },
  );
  const start = `const ${binaryName}${context.annotation(`${model.relaxed ? "Relaxed" : ""}${predictor ? "TrainingBinary" : "WasmSpec"}`)} = `;
  const value = predictor ? { predictor: new Code(predictor.binaryName), ...spec } : spec;
  return {
    open,
    text,
    binary: `${start}${printValue(value, "", start.length)};`,
    binaryName,
    exports: new Map([...(predictor?.exports ?? []), ...exports]),
  };
}

/** Each kernel as a program of its own, to be timed. */
function byKernel(program: CompiledProgram): readonly CompiledProgram[] {
  return program.kernels.map((kernel, k) => ({ ...program, name: kernelExport(program, k), kernels: [kernel] }));
}
/** No program has such a name: `train_2` is the second phase's. */
export const kernelExport = ({ name }: CompiledProgram, index: number): string => `${name}.${index + 1}`;

/** One example's prediction is part of any number's. */
const named = ({ predictOne }: BatchPrograms, programs: readonly CompiledProgram[]): readonly NamedProgram[] =>
  programs
    .filter((program) => program !== predictOne)
    .map((program) => ({ name: program.name, program, single: program.name === "predict" ? predictOne : undefined }));

function assemble(
  programs: readonly NamedProgram[],
  sizes: ArraySizes,
  options: { readonly relaxed: boolean; readonly checks: boolean },
) {
  const layout = layoutMemory(sizes);
  const module = assembleWasm(programs, layout, options);
  const places = Object.entries(sizes).map(([array, length]) => [array, [layout.bases[array as ArrayName]!, length]]);
  const spec = {
    binary: hexadecimal(module.bytes),
    ...(options.relaxed && { relaxable: distances(module.relaxable) }),
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

/** From place to place, the first from the start: two digits each, `00` for 255 and more to come. */
function distances(places: readonly number[]): string {
  return places
    .map((place, k) => {
      const step = place - (places[k - 1] ?? 0);
      const whole = Math.ceil(step / 255) - 1;
      return "00".repeat(whole) + (step - 255 * whole).toString(16).padStart(2, "0");
    })
    .join("");
}

/** Twice as long as the bytes, but equal bytes stay equal text: compressed, a third shorter than base64. */
function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
