/** @file Pruning by magnitude: how much becomes 0, that it stays 0, and that a run resumes with its masks. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import type { Data, Net } from "../../src/cli/module.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { comparePrograms } from "../backends/programs.js";
import { codesOf, modelOf } from "../check/support.js";
import { stateOf } from "./data.js";
import { typeErrors } from "./module.js";

const text = (phases: string, optimizer = "adam(0.01)", parameter = "") => `
model Thin {
  input  x: f32[8]
  target kind: class[3]
  output chance = x -> dense(10${parameter}) as first -> tanh -> dense(3) as last -> softmax
  loss   cross_entropy(chance, kind)
  optimizer ${optimizer}
  ${phases}
  train  { batch: 4, epochs: 2 }
}`;
const rows = 20;
const data: Data = {
  x: Float32Array.from({ length: 8 * rows }, (_, k) => Math.sin(k * k)),
  kind: Int32Array.from({ length: rows }, (_, k) => k % 3),
};
type Layers = Readonly<Record<"first" | "last", Readonly<Record<"kernel" | "bias", Float32Array>>>>;
const layersOf = (net: Net) => net.parameters as unknown as Layers;
const zeros = (values: Float32Array) => values.filter((value) => value === 0).length;
const zerosOf = (net: Net) => {
  const { first, last } = layersOf(net);
  return [first.kernel, first.bias, last.kernel, last.bias].map(zeros);
};

describe.each(["typescript", "wasm"] as const)("pruning, %s", (target) => {
  const netOf = async (source: string, seed = 1) =>
    (await instantiate(compileModel(modelOf(source), { target }))).create({ seed });

  test("layer: the same part of each kernel; later phases keep it", async () => {
    const net = await netOf(text(`phase dense {} phase thin { prune: magnitude(sparsity: 80%) } phase on {}`));
    const seen: number[][] = [];
    await net.fit(data, { onEpoch: () => void seen.push(zerosOf(net)) });
    const thin = [64, 0, 24, 0];
    expect(seen).toEqual([[0, 0, 0, 0], [0, 0, 0, 0], thin, thin, thin, thin]);
  });

  test("global: the smallest of all kernels together, the others untouched", async () => {
    const net = await netOf(text(`phase thin { prune: magnitude(sparsity: 50%, scope: global), epochs: 1 }`, "sgd(0)"));
    const { first, last } = layersOf(net);
    const before = [...first.kernel, ...last.kernel];
    const order = before.map((value, k) => [Math.abs(value), k] as const).sort(([a], [b]) => a - b);
    const pruned = new Set(order.slice(0, 55).map(([, k]) => k));
    await net.fit(data);
    expect([...first.kernel, ...last.kernel]).toEqual(before.map((value, k) => (pruned.has(k) ? 0 : value)));
  });

  test("of equal weights the first go; a bias goes where it is named", async () => {
    const ones = ", kernel_initializer: ones";
    const phase = "phase thin { prune: magnitude(sparsity: 25%, only: [first, last.bias]), epochs: 1 }";
    const net = await netOf(text(phase, "sgd(0)", ones));
    await net.fit(data);
    const { first, last } = layersOf(net);
    expect([...first.kernel]).toEqual(Array.from({ length: 80 }, (_, k) => (k < 20 ? 0 : 1)));
    expect(zeros(last.kernel)).toBe(0);
  });

  test.each([
    ["momentum", "momentum(0.1)", ""],
    ["weight decay", "global_clip_norm(1.0) -> weight_decay(4e-3) -> adam(1e-2)", ""],
    ["an average that is served", "adam(1e-2) -> ema(0.5)", ""],
    ["an optimizer that looks at whole parameters", "lamb(1e-2)", ""],
    ["groups", "sgd(0.1) for last optimizer adam(1e-2)", ""],
  ])("what was pruned stays 0 under %s", async (_, optimizer, parameter) => {
    const phases = "phase dense {} phase thin { prune: magnitude(sparsity: 80%) } phase on { only: first }";
    const net = await netOf(text(phases, optimizer, parameter));
    await net.fit(data);
    expect(zerosOf(net)).toEqual([64, 0, 24, 0]);
  });

  test("what was pruned stays 0 under a constraint that would move it", async () => {
    const net = await netOf(`constraint at_least(least)(w) = max(w, least)
      model Bounded {
        input x: f32[8]
        target kind: class[3]
        param kernel: [8, 3] ~ glorot_uniform, constrain at_least(0.01)
        output chance = softmax(x @ kernel)
        loss cross_entropy(chance, kind)
        optimizer sgd(0.1)
        phase thin { prune: magnitude(sparsity: 50%), epochs: 3 }
        train { batch: 4 }
      }`);
    await net.fit(data);
    const kernel = net.parameters["kernel"] as Float32Array;
    expect(zeros(kernel)).toBe(12);
    expect(Math.min(...kernel.filter((value) => value !== 0))).toBeGreaterThanOrEqual(Math.fround(0.01));
  });

  test("more and more, phase by phase", async () => {
    const phase = (name: string, sparsity: number) =>
      `phase ${name} { prune: magnitude(sparsity: ${sparsity}%), epochs: 1 }`;
    const net = await netOf(text([phase("a", 20), phase("b", 50), phase("c", 80)].join(" ")));
    const seen: number[] = [];
    let before = new Set<number>();
    await net.fit(data, {
      onEpoch: () => {
        const { kernel } = layersOf(net).first;
        const now = new Set([...kernel.keys()].filter((k) => kernel[k] === 0));
        expect([...before].every((k) => now.has(k))).toBe(true);
        before = now;
        seen.push(now.size);
      },
    });
    expect(seen).toEqual([16, 40, 64]);
  });

  test.each([3, 12, 17])("resumes after %d steps as if never aborted", async (steps) => {
    const module = await instantiate(
      compileModel(modelOf(text("phase dense {} phase thin { prune: magnitude(sparsity: 80%, scope: global) }")), {
        target,
      }),
    );
    const whole = module.create({ seed: 2 });
    await whole.fit(data);
    const net = module.create({ seed: 2 });
    const signal = { aborted: false };
    let left = steps;
    await net.fit(data, { signal, onBatch: () => void (signal.aborted = --left <= 0) });
    const other = module.create({ seed: 9 });
    other.load(net.save());
    await other.fit(data, { resume: true });
    expect(stateOf(other)).toBe(stateOf(whole));
  });

  test("a net that never began the phase prunes nothing", async () => {
    const net = await netOf(text(`phase thin { prune: magnitude(sparsity: 80%) }`));
    const first = (name: string, length: number) => (data[name] as Float32Array).subarray(0, length);
    net.trainStep({ x: first("x", 32), kind: first("kind", 4) });
    expect(zerosOf(net)).toEqual([0, 0, 0, 0]);
  });
});

test("interpreter and generated code agree on every program", async () => {
  const phases = "phase dense {} phase thin { prune: magnitude(sparsity: 80%) }";
  expect(await comparePrograms(modelOf(text(phases, "global_clip_norm(1.0) -> nadam(0.01)")), 3, 1e-9)).toEqual([]);
});
test("the module passes the strictest checks, and holds the code for pruning only if it prunes", () => {
  const emitted = (phases: string) => emitModule(compileModel(modelOf(text(phases))), { language: "ts" }).text;
  const thin = emitted("phase thin { prune: magnitude(sparsity: 80%) }");
  expect(typeErrors({ "thin.ts": thin })).toEqual([]);
  expect(thin).toContain("function pruneSmallest");
  expect(emitted("")).not.toContain("function pruneSmallest");
});
test("mistakes are told", () => {
  const one = (prune: string, more = "") => codesOf(text(`phase thin { prune: ${prune} ${more} }`));
  expect(one("magnitude(sparsity: 80%, scope: layer, only: [first.kernel, last])")).toEqual([]);
  expect(one("magnitude()")).toEqual(["NET6002"]);
  expect(one("magnitude(80%)")).toEqual(["NET6001", "NET6002"]);
  expect(one("magnitude(sparsity: 80)")).toEqual(["NET6002", "NET6002"]);
  expect(one("magnitude(sparsity: 80%, scope: local)")).toEqual(["NET6002"]);
  expect(one("magnitude(sparsity: 80%, only: [second])")).toEqual(["NET5006", "NET6002"]);
  expect(one("magnitude(sparsity: 80%, only: 3)")).toEqual(["NET6002", "NET6002"]);
  expect(one("random(sparsity: 80%)")).toEqual(["NET6002"]);
  expect(one("magnitude(sparsity: 80%)", ", only: [first.bias]")).toEqual(["NET6002"]);
});
