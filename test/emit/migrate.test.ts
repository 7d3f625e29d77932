/** @file Weights of an edited model: what is kept, what was renamed, what starts anew; and nothing half taken. */
import { describe, expect, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import type { Data, Net } from "../../src/cli/module.js";
import { compileModel } from "../../src/compiler/compile.js";
import { sourcesOf } from "../../src/emit/runtime/migrate.js";
import { modelOf } from "../check/support.js";
import { stateOf, thrown } from "./data.js";

/** A model whose hidden steps are given, one per line of a pipe. */
const text = (hidden: string, kinds = 3, optimizer = "adam(0.01)") => `
model Small {
  input  x: f32[8]
  target kind: class[${kinds}]
  output chance = x ${hidden} -> dense(${kinds}) as head -> softmax
  loss   cross_entropy(chance, kind)
  optimizer ${optimizer}
  train  { batch: 4, epochs: 3 }
}`;
const netOf = async (source: string, seed: number): Promise<Net> =>
  (await instantiate(compileModel(modelOf(source), { target: "wasm" }))).create({ seed });

const data: Data = {
  x: Float32Array.from({ length: 64 }, (_, k) => Math.sin(k * k)),
  kind: Int32Array.from({ length: 8 }, (_, k) => k % 3),
};
async function trained(source: string): Promise<Net> {
  const net = await netOf(source, 1);
  await net.fit(data);
  return net;
}
type Tree = Readonly<Record<string, Readonly<Record<string, Float32Array>>>>;
const at = (net: Net, path: string): readonly number[] => {
  const [step = "", tensor = ""] = path.split(".");
  return [...(net.parameters as Tree)[step]![tensor]!];
};
const fates = (tensors: readonly { readonly name: string; readonly fate: string }[]) =>
  Object.fromEntries(tensors.map(({ name, fate }) => [name, fate]));

const plain = text("-> dense(5) as one -> tanh -> dense(6) as two -> tanh");

describe("migrate", () => {
  test("a file of the same model is loaded as by load, training included", async () => {
    const [from, to] = [await trained(plain), await netOf(plain, 2)];
    const report = to.migrate(from.save());
    expect([report.resumes, report.unused]).toEqual([true, []]);
    expect(new Set(report.tensors.map(({ fate }) => fate))).toEqual(new Set(["kept"]));
    expect(stateOf(to)).toBe(stateOf(from));
  });

  test("another optimizer: all weights, and training anew", async () => {
    const from = await trained(plain);
    const to = await netOf(text("-> dense(5) as one -> tanh -> dense(6) as two -> tanh", 3, "sgd(0.1)"), 2);
    const { resumes, tensors } = to.migrate(from.save());
    expect([resumes, to.step, to.epoch, to.seed]).toEqual([false, 0, 0, 2]);
    expect(new Set(tensors.map(({ fate }) => fate))).toEqual(new Set(["kept"]));
    expect(to.predict(data)).toEqual(from.predict(data));
    await to.fit(data);
    expect(to.step).toBe(6);
  });

  test("renamed, inserted and widened steps", async () => {
    const from = await trained(plain);
    const edited = text("-> dense(5) as first -> tanh -> dense(7) as between -> tanh -> dense(6) as two -> tanh");
    const [to, fresh] = [await netOf(edited, 2), await netOf(edited, 2)];
    const { tensors, unused } = to.migrate(from.save());
    expect(fates(tensors)).toEqual({
      "first.kernel": "renamed",
      "first.bias": "renamed",
      "between.kernel": "initialized",
      "between.bias": "initialized",
      // [7, 6] where [5, 6] was.
      "two.kernel": "initialized",
      "two.bias": "kept",
      "head.kernel": "kept",
      "head.bias": "kept",
    });
    expect(tensors.find(({ name }) => name === "first.kernel")?.from).toBe("one.kernel");
    expect(unused).toEqual(["two.kernel"]);
    expect(at(to, "first.kernel")).toEqual(at(from, "one.kernel"));
    expect(at(to, "head.kernel")).toEqual(at(from, "head.kernel"));
    for (const name of ["between.kernel", "two.kernel"]) expect(at(to, name)).toEqual(at(fresh, name));
  });

  test("numbered names that moved follow their shapes", () => {
    const step = (name: string, ...shape: number[]) => [
      { name: `${name}.kernel`, shape },
      { name: `${name}.bias`, shape: shape.slice(-1) },
    ];
    const given = [...step("conv2d", 3, 3, 1, 32), ...step("conv2d_2", 3, 3, 32, 64)];
    const wanted = [
      ...step("conv2d", 3, 3, 1, 16),
      ...step("conv2d_2", 3, 3, 16, 32),
      ...step("conv2d_3", 3, 3, 32, 64),
    ];
    const sources = [...sourcesOf(wanted, given)].map(([to, from]) => [to.name, from.name]);
    expect(sources).toEqual([
      ["conv2d_3.kernel", "conv2d_2.kernel"],
      ["conv2d_3.bias", "conv2d_2.bias"],
    ]);
  });

  test("other classes: a file that load refuses for its signature alone", async () => {
    const label = (names: string) => plain.replace("class[3]", `class[${names}]`);
    const from = await trained(label('"a", "b", "c"'));
    const to = await netOf(label('"a", "b", "d"'), 2);
    expect(() => to.load(from.save())).toThrow("labels");
    expect(to.migrate(from.save())).toMatchObject({ resumes: false, unused: [] });
    expect(at(to, "head.kernel")).toEqual(at(from, "head.kernel"));
  });

  test("what is damaged, or fits nowhere, is refused and changes nothing", async () => {
    const from = await trained(plain);
    const other = await netOf(text("-> dense(4) as p -> tanh", 2), 2);
    const before = stateOf(other);
    for (const file of [from.save(), from.save().slice(0, -1), new Uint8Array(0)]) {
      expect(thrown(() => other.migrate(file))["name"]).toBe("NetWeightsError");
      expect(stateOf(other)).toBe(before);
    }
  });

  test("not while a fit runs", async () => {
    const net = await trained(plain);
    const file = net.save();
    const running = net.fit(data, {
      onBatch: () => expect(thrown(() => net.migrate(file))["name"]).toBe("NetStateError"),
    });
    await running;
  });

  test("statistics of the training set are taken again if they were not in the file", async () => {
    const normalized = (hidden: string) => text(hidden).replace("x -> dense", "x -> normalization -> dense");
    const from = await trained(plain);
    const to = await netOf(normalized("-> dense(5) as one -> tanh -> dense(6) as two -> tanh"), 2);
    const { tensors } = to.migrate(from.save());
    expect(fates(tensors)).toMatchObject({ "one.kernel": "kept", "normalization.center": "initialized" });
    const centers = () => {
      const bytes = to.save();
      const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      const entries = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + header))) as Record<
        string,
        { readonly data_offsets: readonly [number, number] }
      >;
      const [start, end] = entries["normalization.center"]!.data_offsets;
      return [...new Float32Array(bytes.slice(8 + header + start, 8 + header + end).buffer)];
    };
    expect(centers()).toEqual(Array.from({ length: 8 }, () => 0));
    await to.fit(data, { epochs: 1 });
    const means = Array.from({ length: 8 }, (_, column) => {
      const values = Array.from({ length: 8 }, (_, row) => (data["x"] as Float32Array)[8 * row + column]!);
      return values.reduce((a, b) => a + b) / 8;
    });
    centers().forEach((center, column) => expect(center).toBeCloseTo(means[column]!, 5));
  });
});
