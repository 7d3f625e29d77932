/** @file The examples reach the results that their comments state; where that takes minutes, a stated part of it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkFile, instantiate } from "../../src/cli/compile.js";
import { loadDataset } from "../../src/cli/dataset.js";
import { compileModel } from "../../src/compiler/compile.js";

const root = join(import.meta.dirname, "../..");
const shared = join(root, "../shared/data");

interface Run {
  readonly data?: string;
  readonly epochs?: number;
  readonly limit?: number;
  readonly seed?: number;
}
/** Trains an example as `netc train` does; gives the metrics of its test set, or of the training set without one. */
async function train(name: string, { data, epochs, limit, seed = 0 }: Run = {}) {
  const file = join(root, "examples", `${name}.net`);
  const declared = checkFile(file);
  const dataset = await loadDataset(declared, { seed, ...(data && { data }), ...(limit && { limit }) });
  const batch = declared.training.batch === "all" ? dataset.train.rows : declared.training.batch;
  const net = (await instantiate(compileModel(checkFile(file, { batch })))).create({ seed });
  await net.fit(dataset.train.ports, { epochs: epochs ?? declared.training.epochs, validation: 0 });
  const metrics = net.evaluate((dataset.test ?? dataset.train).ports) as Readonly<Record<string, number>>;
  return { net, metrics };
}

test("every example says what it needs, what comes out, and how to run it", () => {
  for (const name of ["linear-regression", "custom", "iris", "mnist-mlp", "mnist", "rows-lstm", "names-lstm"]) {
    const text = readFileSync(join(root, "examples", `${name}.net`), "utf8");
    expect(text).toMatch(/^\/\/ [A-Z].*\n\/\/\n\/\/ Data: .*[^]*\n\/\/ Result: .*[^]*\n\/\/ Run: .*\n\n/);
  }
});

describe("own data", () => {
  test("linear-regression", async () => {
    const { net, metrics } = await train("linear-regression");
    expect((net.parameters["w"] as Float32Array)[0]).toBeCloseTo(2, 4);
    expect(metrics["loss"]).toBeLessThan(1e-7);
    expect(net.epoch).toBeLessThan(20);
  });
  test.each([0, 1, 2])("custom, seed %i", async (seed) => {
    expect((await train("custom", { seed })).metrics["loss"]).toBeLessThan(1e-3);
  });
});

/** Skipped where the folder of data sets is absent. */
describe("data sets", () => {
  const has = (folder: string) => existsSync(join(shared, folder));
  test.skipIf(!has("iris")).each([0, 1, 2])("iris, seed %i", async (seed) => {
    const { metrics } = await train("iris", { data: join(shared, "iris"), seed });
    expect(metrics["accuracy"]).toBeGreaterThanOrEqual(0.9);
  });
  test.skipIf(!has("mnist"))("mnist-mlp, one epoch of 12,800 images", async () => {
    const { metrics } = await train("mnist-mlp", { data: join(shared, "mnist"), epochs: 1, limit: 12_800 });
    expect(metrics["accuracy"]).toBeGreaterThanOrEqual(0.9);
  });
  test.skipIf(!has("names"))("names-lstm, one epoch: better than the frequencies of letters", async () => {
    const { metrics } = await train("names-lstm", { data: join(shared, "names"), epochs: 1, limit: 6_400 });
    expect(metrics["perplexity"]).toBeLessThan(14);
  });
});
