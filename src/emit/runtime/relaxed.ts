/** @file Binaries in which products of vectors are added by one instruction, where the engine has it. */
import type { TrainingBinary } from "./threads.js";
import { accepts, type WasmSpec } from "./wasm.js";

/** A binary that is exact as it stands. */
export interface RelaxedWasmSpec extends WasmSpec {
  /**
   * Bytes from one place to the next, two digits each, `00` for 255 and more to come: multiplications that can go, and additions
   * that then multiply as well.
   */
  readonly relaxable: string;
}
export interface RelaxedTrainingBinary extends RelaxedWasmSpec {
  readonly predictor: RelaxedWasmSpec;
}

/** The smallest module with `f32x4.relaxed_madd` in it. */
const relaxedProbe = "0061736d0100000001060160017b017b030201000a0d010b00200020002000fd85020b";

export function hasRelaxed(): boolean {
  return accepts(relaxedProbe);
}

/** The binary for this engine. How a sum of a product is rounded is then the machine's choice. */
export function relaxed<Spec extends RelaxedWasmSpec>(spec: Spec): Spec {
  if (!hasRelaxed()) return spec;
  const { binary, relaxable } = spec;
  const pieces: string[] = [];
  let done = 0;
  let place = 0;
  for (let k = 0; k < relaxable.length; k += 2) {
    const step = parseInt(relaxable.slice(k, k + 2), 16);
    place += 2 * (step || 255);
    if (step === 0) continue;
    // f32x4.mul: three times nothing; f32x4.add: f32x4.relaxed_madd.
    const isProduct = binary.startsWith("fde601", place);
    pieces.push(binary.slice(done, place), isProduct ? "010101" : "fd8502");
    done = place + 6;
  }
  return { ...spec, binary: pieces.join("") + binary.slice(done) };
}

export function relaxedTraining(spec: RelaxedTrainingBinary): TrainingBinary {
  return { ...relaxed(spec), predictor: relaxed(spec.predictor) };
}
