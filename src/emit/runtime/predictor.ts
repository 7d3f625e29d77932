/** @file A net that predicts, and what a training net shares with it. */
import type { PredictorOptions, NetParameters, PredictingNet } from "./api.js";
import { NetInputError, NetStateError } from "./errors.js";
import { Floats } from "./floats.js";
import { describe } from "./given.js";
import type { Memory, Open, Program } from "./memory.js";
import { asGiven, type Columns, loadRows, type PortSpec, readColumns } from "./ports.js";
import { readSafetensors } from "./safetensors.js";
import { copyBytes, matchFile, runPrefix, statePrefix, type TensorSpec, viewOf } from "./weights.js";

/** What prediction needs to know of a model. */
export interface ModelSpec {
  readonly name: string;
  /** Of inputs, outputs, labels and tensors: files of another signature are refused. */
  readonly signature: string;
  readonly batch: number;
  readonly seed: number;
  readonly inputs: readonly PortSpec[];
  readonly outputs: readonly PortSpec[];
  /** Parameters and buffers. */
  readonly weights: readonly TensorSpec[];
  /** Where each parameter is found in `net.parameters`. */
  readonly paths: readonly (readonly string[])[];
  readonly initialize: Program;
  readonly predict: Program;
  /** For models that keep values from one prediction to the next. */
  readonly reset?: Program;
}

/** A net's inside. */
export interface Core {
  readonly model: ModelSpec;
  /** Undefined once disposed. */
  memory: Memory | undefined;
  seed: number;
  /** Updates made. */
  step: number;
  /** Puts what prediction reads in place of the parameters that training moves, in nets where these differ. */
  readonly serve?: (() => void) | undefined;
}

/** The key under which a net keeps its inside, hidden from listings. */
export const inside: unique symbol = /*#__PURE__*/ Symbol("inside");

export function coreOf(net: object | null | undefined): Core | undefined {
  return (net as { readonly [inside]?: Core } | null | undefined)?.[inside];
}
export function hide<Net extends object>(net: Net, core: Core): Net {
  return Object.defineProperty(net, inside, { value: core });
}

export function memoryOf(core: Core): Memory {
  if (!core.memory) throw new NetStateError(`this ${core.model.name} net was disposed`);
  return core.memory;
}

export function checkSeed(seed: number): number {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new NetInputError("seed", "a whole number from 0 to 2^32 - 1", String(seed));
}

/** The seed of a net to be made, the other options checked that any net takes. */
export function seedOf(model: ModelSpec, options: PredictorOptions): number {
  const { seed = model.seed, target = "wasm" } = options;
  if (!["wasm", "typescript"].includes(target))
    throw new NetInputError("target", '"wasm" or "typescript"', describe(target));
  return checkSeed(seed);
}

export function targetOf(core: Core): "typescript" | "wasm" {
  return core.memory?.wasm ? "wasm" : "typescript";
}
export function disposeCore(core: Core): void {
  core.memory?.wasm?.dispose();
  core.memory = undefined;
}

/** The next prediction begins anew. */
export function resetMemories(core: Core): void {
  const memory = memoryOf(core);
  core.model.reset?.(memory, core.model.batch, core.step, core.seed);
}

/** An own property whatever its name, `__proto__` included. */
export function setOwn(target: object, name: string, value: unknown): void {
  if (!(name in target)) (target as Record<string, unknown>)[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
}

export function parametersOf(core: Core): NetParameters {
  const root: Record<string, NetParameters | Floats> = {};
  core.model.paths.forEach((path, k) => {
    let node = root;
    for (const name of path.slice(0, -1)) {
      if (!Object.hasOwn(node, name)) setOwn(node, name, {});
      node = node[name] as Record<string, NetParameters | Floats>;
    }
    setOwn(node, path[path.length - 1]!, viewOf(memoryOf(core), core.model.weights[k]!));
  });
  return root;
}

/** One array per output: numbers, labels, indices, or truth values; of sequences, an array of one such per example. */
export function predictRows(core: Core, data: object): object {
  const { inputs, outputs, batch, predict, reset } = core.model;
  const memory = memoryOf(core);
  core.serve?.();
  const columns: Columns = [];
  // Row k continues row k of the last call: there are as many memories as rows in the batch.
  const rows = readColumns(inputs, data, columns, reset ? batch : Infinity);
  const results: (Floats | Int32Array)[] = [];
  for (let from = 0; from < rows; from += batch) {
    const n = Math.min(batch, rows - from);
    loadRows(inputs, columns, memory, undefined, from, n);
    predict(memory, n, core.step, core.seed);
    for (let k = 0; k < outputs.length; k++) {
      const { arena, offset, size } = outputs[k]!;
      const values = memory[arena].slice(offset, offset + n * size);
      if (n === rows) results[k] = values;
      else {
        const all = (results[k] ??= arena === "outputs" ? new Floats(rows * size) : new Int32Array(rows * size));
        all.set(values, from * size);
      }
    }
  }
  const given = {};
  for (let k = 0; k < outputs.length; k++) {
    const port = outputs[k]!;
    const values = results[k]!;
    setOwn(given, port.name, port.sequence?.give(port, inputs, columns, values) ?? asGiven(port, values));
  }
  return given;
}

/** Takes the weights from a file of this net or of its training form. */
export function loadWeights(core: Core, bytes: Uint8Array): void {
  const memory = memoryOf(core);
  const { signature, weights } = core.model;
  const found = matchFile(
    readSafetensors(bytes),
    signature,
    weights,
    () => "",
    (name) => name.startsWith(statePrefix) || name.startsWith(runPrefix),
  );
  copyBytes(memory, weights, found);
  resetMemories(core);
}

export function copyWeights(core: Core, net: object): void {
  const from = coreOf(net);
  if (from?.model.signature !== core.model.signature) {
    throw new NetInputError("net", `another ${core.model.name} net`, from ? `a ${from.model.name} net` : "no net");
  }
  from.serve?.();
  memoryOf(core).parameters.set(memoryOf(from).parameters);
  memoryOf(core).buffers.set(memoryOf(from).buffers);
  resetMemories(core);
}

export function createPredictor<Inputs extends object, Outputs, Parameters>(
  model: ModelSpec,
  open: Open,
  options: PredictorOptions,
): PredictingNet<Inputs, Outputs, Parameters> {
  const seed = seedOf(model, options);
  const core: Core = { model, memory: open(options), seed, step: 0 };
  model.initialize(memoryOf(core), 0, 0, seed);
  resetMemories(core);
  if (options.weights) loadWeights(core, options.weights);
  const net: PredictingNet<Inputs, Outputs, Parameters> = {
    parameters: parametersOf(core) as Parameters,
    target: targetOf(core),
    predict: (inputs) => predictRows(core, inputs) as Outputs,
    load: (weights) => loadWeights(core, weights),
    copyFrom: (other) => copyWeights(core, other),
    reset: () => resetMemories(core),
    dispose: () => disposeCore(core),
  };
  return hide(net, core);
}
