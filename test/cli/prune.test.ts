/** @file Structured pruning: which units go, that what is left computes the same, and what is refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { instantiate } from "../../src/cli/compile.js";
import { type AllWeights, Checker, layersOf, shrink, tensorsOf } from "../../src/cli/smaller.js";
import { compileModel } from "../../src/compiler/compile.js";
import { readSafetensors } from "../../src/emit/runtime/safetensors.js";
import { dataFolder, exampleFile, testWith } from "../examples/support.js";
import { flowers, flowerTable, inFolder } from "./netc.js";

const checkerOf = (text: string) => new Checker({ readText: () => text, resolve: (path) => path }, "test.net", "M");
const model = (input: string, pipe: string, before = "") => `${before}
model M {
  input  x: ${input}
  target kind: class[3]
  output chance = x -> ${pipe} -> dense(3) as head -> softmax
  loss   cross_entropy(chance, kind)
  optimizer adam(1e-3)
}`;

async function startOf(text: string) {
  const checked = checkerOf(text).model(text)!;
  const net = (await instantiate(compileModel(checked, { target: "typescript" }))).create({ seed: 5 });
  const { tensors } = readSafetensors(net.save());
  const weights: AllWeights = new Map(
    tensorsOf(checked).map(({ path, shape }) => [
      path,
      { shape, values: new Float32Array(tensors.get(path)!.bytes.slice().buffer) },
    ]),
  );
  return { text, model: checked, weights };
}

test.each([
  ["dense", "f32[4]", "dense(8) as a -> tanh -> dense(6) as b -> sigmoid", ["a 8", "b 6"]],
  [
    "batch_norm and flatten",
    "f32[6, 6, 2]",
    "conv2d(8, 3) as a -> batch_norm -> relu -> max_pool2d(2) -> flatten",
    ["a 8"],
  ],
  ["depthwise", "f32[6, 6, 2]", "conv2d(8, 3) as a -> depthwise_conv2d(3) -> relu -> flatten", ["a 8"]],
  ["lstm", "f32[5, 2]", "lstm(8) as a", ["a 8"]],
  ["gru", "f32[5, 2]", "gru(8, return_sequences: true) as a -> simple_rnn(4) as b", ["a 8", "b 4"]],
  [
    "concatenated vectors",
    "f32[4]",
    "join",
    ["join.dense 8", "join.dense_2 5"],
    "layer join(x: [n]) = [x -> dense(8) -> relu, x -> dense(5) -> tanh] -> concatenate",
  ],
  [
    "concatenated channels",
    "f32[6, 6, 2]",
    "join -> flatten",
    ["join.conv2d 8", "join.conv2d_2 5", "join.conv2d_3 4"],
    "layer join(x: [h, w, c]) = [x -> conv2d(8, 3), x -> conv2d(5, 3) -> relu, x -> conv2d(4, 3)] -> concatenate -> batch_norm",
  ],
  [
    "flattened, then concatenated, behind others",
    "f32[6, 6, 2]",
    "join",
    ["join.conv2d 8"],
    "layer join(x: [h, w, c]) = [mean(x, over: [h, w]), x -> conv2d(8, 3) -> flatten] -> concatenate",
  ],
  ["embedding", "class[9][5]", "embedding(8) as a -> flatten", ["a 8"]],
  ["a constant", "f32[4]", "dense(wide) as a -> relu -> residual(dense(wide))", ["a 8"], "const wide = 8"],
  ["a word of one's own", "f32[4]", "block as a -> relu", ["a.dense 8"], "layer block(x: [n]) = x -> dense(8)"],
])("%s: the smaller net is the given one with units silenced", async (_, input, pipe, names, before = "") => {
  const text = model(input, pipe, before);
  const net = await startOf(text);
  const checker = checkerOf(text);
  const layers = layersOf(checker, text, net.model);
  expect(layers.map(({ name, units }) => `${name} ${units}`)).toEqual(names);
  // `shrink` runs both nets, and gives nothing where they differ.
  const smaller = await shrink(checker, net, layers[0]!, 3);
  expect(smaller?.text).toBe(text.replace(/8/, "3"));
  for (const { path, shape } of tensorsOf(smaller!.model)) expect(smaller!.weights.get(path)!.shape).toEqual(shape);
});

test("each branch of a concatenation, the middle one too", async () => {
  const join =
    "layer join(x: [n]) = [x -> dense(4), x -> dense(5) -> relu, x -> dense(6), x] -> concatenate -> batch_norm";
  const text = model("f32[3]", "join -> dense(7) as next", join);
  const net = await startOf(text);
  const checker = checkerOf(text);
  const layers = layersOf(checker, text, net.model);
  expect(layers.map(({ units }) => units)).toEqual([4, 5, 6, 7]);
  for (const layer of layers.slice(0, 3)) {
    const smaller = await shrink(checker, net, layer, 2);
    expect(smaller!.weights.get("next.kernel")!.shape).toEqual([18 - layer.units + 2, 7]);
  }
});

test.each([
  ["layer_norm", "dense(8) as a -> layer_norm"],
  ["softmax", "dense(8) as a -> softmax"],
  ["a maximum of units", "dense(8) as a -> last_of", "layer last_of(x: [n]) = reshape(x[n - 1] + x, [n])"],
])("%s looks at all units: refused", async (_, pipe, before = "") => {
  const text = model("f32[4]", pipe, before);
  const checker = checkerOf(text);
  const net = await startOf(text);
  const [layer] = layersOf(checker, text, net.model);
  expect(layer!.name).toBe("a");
  expect(await shrink(checker, net, layer!, 3)).toBeUndefined();
});

test("kernel sizes, pools, strides and classes count no units", async () => {
  const text = model("f32[9, 9, 2]", "conv2d(4, 3, padding: same) as a -> max_pool2d(3) -> flatten");
  const { model: checked } = await startOf(text);
  expect(layersOf(checkerOf(text), text, checked).map(({ name }) => name)).toEqual(["a"]);
});

describe("netc prune", () => {
  const wide = flowers.replace("dense(3) as head", "dense(12) as hidden -> relu -> dense(3) as head");
  const files = { "flowers.net": wide, "flowers.csv": flowerTable() };

  it("keeps the strongest units; the result trains on", () =>
    inFolder(files, async (folder) => {
      await folder.run("train", "flowers.net", "--save", "w.safetensors");
      const given = ["flowers.net", "--weights", "w.safetensors", "-o", "small.net", "--sparsity", "75%"];
      const { code, out } = await folder.run("prune", ...given);
      expect(code).toBe(0);
      expect(out).toMatch(/hidden +12 +3/);
      expect(out).toContain("75 parameters before, 21 after");
      expect(readFileSync(join(folder.path, "small.net"), "utf8")).toBe(wide.replace("12", "3"));

      const tensor = (file: string, name: string) => {
        const { shape, bytes } = readSafetensors(new Uint8Array(readFileSync(join(folder.path, file)))).tensors.get(
          name,
        )!;
        return { shape, values: [...new Float32Array(bytes.slice().buffer)] };
      };
      const { values } = tensor("w.safetensors", "hidden.kernel");
      const norms = Array.from({ length: 12 }, (_, unit) => Math.hypot(values[unit]!, values[12 + unit]!));
      const limit = norms.toSorted((a, b) => b - a)[2]!;
      const kept = norms.flatMap((norm, unit) => (norm >= limit ? [unit] : []));
      expect(tensor("small.safetensors", "hidden.kernel")).toEqual({
        shape: [2, 3],
        values: [...kept.map((unit) => values[unit]), ...kept.map((unit) => values[12 + unit])],
      });
      const head = tensor("w.safetensors", "head.kernel").values;
      expect(tensor("small.safetensors", "head.kernel").values).toEqual(
        kept.flatMap((unit) => head.slice(3 * unit, 3 * unit + 3)),
      );

      const tuned = await folder.run("train", "small.net", "--resume", "small.safetensors", "--json");
      const { test: result } = JSON.parse(tuned.out.trimEnd().split("\n").at(-1)!) as { test: { accuracy: number } };
      expect(result.accuracy).toBeGreaterThanOrEqual(0.9);
    }));

  it("says what is wrong, and writes nothing", () =>
    inFolder(files, async (folder) => {
      await folder.run("train", "flowers.net", "--save", "w.safetensors", "--epochs", "1");
      const before = folder.list();
      const prune = (...more: readonly string[]) =>
        folder.run("prune", "flowers.net", "--weights", "w.safetensors", "-o", "small.net", ...more);
      expect(await prune("--only", "hiden")).toMatchObject({ code: 1, err: expect.stringContaining("it has hidden") });
      expect(await prune("--sparsity", "100%")).toMatchObject({ code: 2 });
      expect(await prune("-o", "small.txt")).toMatchObject({
        code: 2,
        err: expect.stringContaining("must end in .net"),
      });
      for (const output of ["./flowers.net", "w.net"])
        expect(await prune("-o", output)).toMatchObject({
          code: 2,
          err: expect.stringContaining("would overwrite what is pruned"),
        });
      expect(await prune("--weights", "flowers.csv")).toMatchObject({
        code: 1,
        err: expect.stringContaining("not a valid safetensors"),
      });
      expect(folder.list()).toEqual(before);
    }));
});

testWith("mnist")("the CNN with half of its units reads digits as well, after training a little more", () =>
  inFolder({}, async (folder) => {
    const train = async (file: string, ...more: readonly string[]) => {
      const { out } = await folder.run(
        "train",
        file,
        "--data",
        dataFolder("mnist"),
        "--epochs",
        "1",
        "--json",
        ...more,
      );
      return (JSON.parse(out.trimEnd().split("\n").at(-1)!) as { test: { accuracy: number } }).test.accuracy;
    };
    const mnist = exampleFile("mnist");
    const before = await train(mnist, "--limit", "9600", "--save", "w.safetensors");
    expect(before).toBeGreaterThan(0.93);
    const { code, out } = await folder.run("prune", mnist, "--weights", "w.safetensors", "-o", "small.net", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      layers: [
        { name: "conv2d", units: 32, kept: 16 },
        { name: "conv2d_2", units: 64, kept: 32 },
        { name: "dense", units: 128, kept: 64 },
      ],
      parameters: { before: 225_034, after: 56_714 },
    });
    const after = await train("small.net", "--limit", "9600", "--resume", "small.safetensors");
    expect(after).toBeGreaterThan(before - 0.01);
  }),
);
