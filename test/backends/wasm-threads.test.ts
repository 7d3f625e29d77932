/** @file Shared loops on several threads: the same memory as on one, whatever they read of each other's. */
import { expect, it } from "vitest";
import type { ArrayName, KernelExpr, KernelStatement } from "../../src/ir/kernel.js";
import { add } from "../../src/ops/index.js";
import { apply, constant, int, kernelOf, linear, load, local, loop, programOf, store } from "./kernel-builders.js";
import { instantiateWasm, runPart, startThreads } from "./wasm-runner.js";

const split = (body: readonly KernelStatement[], to: KernelExpr, step = 1): KernelStatement => ({
  ...loop("i", int(0), to, body, step),
  split: true,
});
const i = local("i", "i32");
const plus = (a: KernelExpr, b: KernelExpr) => apply(add, "f32", a, b);
const at = (array: ArrayName, index: KernelExpr) => load("f32", array, index);
/** Each kernel reads what the one before left, elements of other threads included. */
const kernels = [
  kernelOf([
    { kind: "fill", array: "outputs", from: int(0), to: int(64) },
    split([store("outputs", i, at("inputs", i), true)], int(61)),
  ]),
  kernelOf([loop("i", int(0), int(60), [store("outputs", linear(1, { i: 1 }), at("outputs", i), true)])]),
  kernelOf([
    { kind: "let", name: "p", value: at("outputs", int(60)) },
    split([store("parameters", i, plus(at("outputs", linear(63, { i: -1 })), local("p", "f32")))], local("n", "i32")),
    store("totals", int(0), at("parameters", int(0))),
    { kind: "let", name: "q", value: at("totals", int(0)) },
    split(
      [
        store("outputs", i, plus(at("parameters", linear(1, { i: 1 })), local("q", "f32"))),
        store("outputs", linear(1, { i: 1 }), at("parameters", i)),
      ],
      int(62),
      2,
    ),
    split([store("outputs", i, at("inputs", i), true)], int(0)),
  ]),
  kernelOf([
    {
      ...loop("t", int(0), int(5), [
        split(
          [store("parameters", i, plus(at("outputs", linear(63, { i: -1 })), at("inputs", linear(0, { t: 9 }))))],
          int(64),
        ),
        { kind: "let", name: "r", value: at("parameters", linear(60, { t: -7 })) },
        split([store("outputs", i, plus(at("parameters", linear(63, { i: -1 })), local("r", "f32")))], int(64)),
      ]),
      meets: true,
    },
  ]),
];
const lengths = { inputs: 64, outputs: 64, parameters: 64, totals: 1 };
const inputs = Array.from({ length: 64 }, (_, k) => k / 8);

it("share loops, and meet between writing and reading", async () => {
  const alone = instantiateWasm([{ name: "test", program: programOf(...kernels) }], lengths);
  alone.arrays.inputs!.set(inputs);
  alone.run("test", 64, 1, () => 0);
  for (const parts of [2, 3]) {
    const threads = await startThreads([{ name: "test", program: programOf(...kernels) }], lengths, parts);
    for (let repeat = 0; repeat < 200; repeat++) {
      for (const name of ["outputs", "parameters", "totals"] as const) threads.arrays[name]!.fill(-1);
      threads.arrays.inputs!.set(inputs);
      await threads.run("test", 64);
      for (const name of ["outputs", "parameters", "totals"] as const)
        expect([...threads.arrays[name]!]).toEqual([...alone.arrays[name]!]);
    }
    await threads.stop();
  }
});

it("share as many iterations as there can be among as many threads as there can be", () => {
  const [trips, parts] = [2 ** 27 + 5, 64];
  const kernel = kernelOf([split([store("outputs", i, constant("f32", 1))], int(trips))]);
  for (const part of [0, 40, 63]) {
    const { outputs } = runPart([{ name: "test", program: programOf(kernel) }], { outputs: trips + 1 }, part, parts);
    const [from, to] = [part, part + 1].map((k) => Math.floor((trips * k) / parts)) as [number, number];
    const around = [from - 1, from, to - 1, to].map((k) => outputs![k] ?? 0);
    expect(around, `thread ${part}`).toEqual([0, 1, 1, 0]);
  }
});
