/** @file Named tensors in memory: views of them, and their exchange with a weights file. */
import { NetWeightsError, type TensorMismatch } from "./errors.js";
import { Floats, floatType } from "./floats.js";
import type { Memory } from "./memory.js";
import { bytesOf, type FileTensor, type WeightsFile } from "./safetensors.js";

/** A region of one of the arrays that outlive a call. */
export interface TensorSpec {
  /** In the file: `head.kernel`. */
  readonly name: string;
  readonly arena: "parameters" | "buffers" | "states";
  readonly offset: number;
  readonly shape: readonly number[];
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

export function viewOf(memory: Memory, { arena, offset, shape }: TensorSpec): Floats {
  return memory[arena].subarray(offset, offset + sizeOf(shape));
}

export function toFile(memory: Memory, specs: readonly TensorSpec[], prefix: string): [string, FileTensor][] {
  return specs.map((spec) => [
    prefix + spec.name,
    { type: floatType, shape: spec.shape, bytes: bytesOf(viewOf(memory, spec)) },
  ]);
}

/** Prefixes of what a file holds besides weights. */
export const statePrefix = "optimizer:";
export const runPrefix = "run:";

/** Finds the tensors of `specs` in a file without touching memory. Throws NetWeightsError, naming all that do not fit. */
export function matchFile(
  file: WeightsFile,
  signature: string,
  specs: readonly TensorSpec[],
  prefixOf: (spec: TensorSpec) => string,
  ignored: (name: string) => boolean,
): readonly Uint8Array[] {
  const missing: string[] = [];
  const mismatched: TensorMismatch[] = [];
  const known = new Set<string>();
  const found = specs.map((spec) => {
    const name = prefixOf(spec) + spec.name;
    known.add(name);
    const tensor = file.tensors.get(name);
    if (!tensor) missing.push(name);
    else {
      const expected = `${floatType} [${spec.shape.join(", ")}]`;
      const given = `${tensor.type} [${tensor.shape.join(", ")}]`;
      if (expected !== given) mismatched.push({ name, expected, found: given });
    }
    return tensor?.bytes ?? new Uint8Array(0);
  });
  const unexpected = [...file.tensors.keys()].filter((name) => !known.has(name) && !ignored(name));
  if (missing.length + unexpected.length + mismatched.length > 0) {
    const lines = [
      ...missing.map((name) => `${JSON.stringify(name)} is missing`),
      ...unexpected.map((name) => `${JSON.stringify(name)} is not in the model`),
      ...mismatched.map((m) => `${JSON.stringify(m.name)}: expected ${m.expected}, found ${m.found}`),
    ];
    const shown = lines.slice(0, 20).join("\n  ");
    const more = lines.length > 20 ? `\n  .. and ${lines.length - 20} more` : "";
    throw new NetWeightsError(`the weights do not fit the model:\n  ${shown}${more}`, missing, unexpected, mismatched);
  }
  const saved = file.metadata.get("signature");
  if (saved !== undefined && saved !== signature) {
    throw new NetWeightsError("the weights are of a model with other inputs, outputs or labels");
  }
  return found;
}

export function copyBytes(memory: Memory, specs: readonly TensorSpec[], bytes: readonly Uint8Array[]): void {
  specs.forEach((spec, k) => bytesOf(viewOf(memory, spec)).set(bytes[k]!));
}
