/** @file Relaxed binaries: exact where the engine has no relaxed SIMD, near where it has. */
import { setFlagsFromString } from "node:v8";
import { afterEach, describe, expect, test, vi } from "vitest";
import { compileModel } from "../../src/compiler/compile.js";
import { createProject } from "../../src/compiler/project.js";
import { emitModule } from "../../src/emit/emit.js";
import type { PredictingNet, TrainingNet } from "../../src/emit/runtime/api.js";
import { hasRelaxed } from "../../src/emit/runtime/relaxed.js";
import type { WasmEngine } from "../../src/emit/runtime/wasm.js";
import { type Row, run, typeErrors } from "./module.js";

const { WebAssembly } = globalThis as unknown as WasmEngine;
const text = `model Small {
  input  x: f32[20]
  target y: f32[3]
  output z = x -> dense(30) -> tanh -> dense(3)
  loss mean_squared_error(z, y)
  optimizer adam(0.01)
  train { batch: 8 }
}`;

type Weights = Record<string, Record<string, Float32Array>>;
interface Small {
  readonly Small: { create(options?: { seed?: number; threads?: number }): TrainingNet<Row, Row, Row, Row, Weights> };
  readonly SmallPredictor: { create(options: { weights: Uint8Array }): PredictingNet<Row, Row, Weights> };
}
const compiled = (relaxed: boolean) => {
  const project = createProject({ readText: () => text, resolve: (name) => name });
  return compileModel(project.check("small.net")!.models[0]!, { target: "wasm", relaxed, fallback: true });
};
const plain = await run<Small>(compiled(false));
const relaxed = await run<Small>(compiled(true));

const draw = (length: number, step: number) => Float32Array.from({ length }, (_, k) => Math.sin(1 + k * step));
const data = { x: draw(160, 0.7), y: draw(24, 1.3) };
function trained({ Small, SmallPredictor }: Small) {
  const net = Small.create({ seed: 3 });
  for (let step = 0; step < 20; step++) net.trainStep(data);
  const numbers = Object.values(net.parameters).flatMap((group) => Object.values(group).flatMap((one) => [...one]));
  const alone = SmallPredictor.create({ weights: net.save() }).predict({ x: data.x })["z"];
  expect(alone).toEqual(net.predict({ x: data.x })["z"]);
  return numbers;
}

afterEach(() => vi.unstubAllGlobals());

describe("a relaxed module", () => {
  test("computes the same bits as any other where the engine has no relaxed SIMD", () => {
    const validate = (bytes: Uint8Array) =>
      !Buffer.from(bytes).includes("fd8502", "hex") && WebAssembly.validate(bytes);
    const { Memory, Module, Instance } = WebAssembly;
    vi.stubGlobal("WebAssembly", { Memory, Module, Instance, validate });
    expect(hasRelaxed()).toBe(false);
    expect(trained(relaxed)).toEqual(trained(plain));
  });
  test("computes nearly the same where it has", ({ skip }) => {
    if (!hasRelaxed()) setFlagsFromString("--experimental-wasm-relaxed-simd");
    if (!hasRelaxed()) skip("this engine has no relaxed SIMD");
    const Module = vi.fn(WebAssembly.Module);
    const { Memory, Instance, validate } = WebAssembly;
    vi.stubGlobal("WebAssembly", { Memory, Module, Instance, validate });
    const [a, b] = [trained(relaxed), trained(plain)];
    expect(a.every((value, k) => Math.abs(value - b[k]!) < 1e-4)).toBe(true);
    const uses = Module.mock.calls.map(([bytes]) => Buffer.from(bytes as Uint8Array).includes("fd8502", "hex"));
    // Predictor and trainer, then the predictor alone; first the relaxed ones, then the others.
    expect(uses.slice(0, 3)).toEqual([true, true, true]);
    expect(uses.slice(3)).not.toContain(true);
  });
  test("is little longer, and strict TypeScript", () => {
    const { text } = emitModule(compiled(true), { language: "ts" });
    const exact = emitModule(compiled(false), { language: "ts" }).text;
    expect(exact).not.toContain("elaxed");
    expect(text.length).toBeLessThan(exact.length * 1.1);
    expect(typeErrors({ "small.ts": text })).toEqual([]);
  });
});
