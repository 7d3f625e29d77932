/** @file Every example compiles to a module that passes the strictest type checks, and whose nets train and resume. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileModel } from "../../src/compiler/compile.js";
import { createProject } from "../../src/compiler/project.js";
import { emitModule } from "../../src/emit/emit.js";
import type { CheckedModel, Port } from "../../src/check/model.js";
import type { CreateOptions, NetParameters, TrainingNet } from "../../src/emit/runtime/api.js";
import { mixBits } from "../../src/emit/runtime/random.js";
import { importText, type Row, typeErrors } from "./module.js";

type Net = TrainingNet<Row, Row, Readonly<Record<string, ArrayLike<unknown>>>, Record<string, unknown>, NetParameters>;

const folder = new URL("../../examples/", import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => name.endsWith(".net"));

function checkFile(path: string): readonly CheckedModel[] {
  const host = {
    readText: (name: string) => {
      try {
        return readFileSync(name, "utf8");
      } catch {
        return undefined;
      }
    },
    resolve: (specifier: string, from: string) => join(from, "..", specifier),
  };
  const project = createProject(host);
  const models = project.check(path)?.models ?? [];
  return models.some((model) => model.batch === 0) ? (project.check(path, { batch: 6 })?.models ?? []) : models;
}

/** Made-up values of a port for `n` examples. */
function noise({ element, shape, name }: Port, n: number): number[] {
  const length = shape.reduce((size, extent) => size * extent, n);
  return Array.from({ length }, (_, k) => {
    const bits = mixBits(k * 7919 + name.length) >>> 0;
    if (element.kind === "f32") return bits / 2 ** 32;
    return bits % (element.kind === "class" ? element.size : 2);
  });
}
const dataOf = (ports: readonly Port[], n: number): Row =>
  Object.fromEntries(ports.map((port) => [port.name, noise(port, n)]));

const compiledFiles = files.map((file) => ({
  file,
  compiled: checkFile(join(folder, file)).map((model) => compileModel(model)),
}));

test("every module and every declaration file type-checks", () => {
  const texts = compiledFiles.flatMap(({ file, compiled }) => [
    [`${file}.ts`, emitModule(compiled, { language: "ts" }).text],
    [`declared-${file}.d.ts`, emitModule(compiled, { language: "js" }).declarations!],
  ]);
  expect(typeErrors(Object.fromEntries(texts))).toEqual([]);
});

describe.each(compiledFiles)("$file", ({ compiled }) => {
  test("trains, predicts and resumes bit for bit", async () => {
    const text = emitModule(compiled, { language: "js" }).text;
    const module = await importText<Record<string, { create(options?: CreateOptions): Net }>>(text);
    for (const { checked, batch, programs } of compiled) {
      if (!programs.train) continue;
      const { create } = module[checked.name]!;
      const data = dataOf([...checked.inputs, ...checked.targets], Math.max(1, Math.min(batch, 5) - 1));
      const [net, other] = [create({ seed: 3 }), create({ seed: 4 })];
      const { loss } = net.trainStep(data);
      expect(Number.isFinite(loss)).toBe(true);
      other.load(net.save());
      net.trainStep(data);
      other.trainStep(data);
      expect(Buffer.from(other.save()).equals(Buffer.from(net.save()))).toBe(true);
      const outputs = net.predict(data);
      const predictor = module[`${checked.name}Predictor`]!.create({ weights: net.save() });
      expect(predictor.predict(data)).toEqual(outputs);
      expect(net.evaluate(data)["loss"]).toBeTypeOf("number");
    }
  });
});
