/** @file Every example compiles to a module that passes the strictest type checks, and whose nets train and resume. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { CompiledModel } from "../../src/backends/model.js";
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
  Object.fromEntries(
    ports.map((port) => {
      const values = noise(port, n);
      if (!port.sequence) return [port.name, values];
      const { longest } = port.sequence;
      return [port.name, { values, lengths: Array.from({ length: n }, (_, row) => 1 + ((row * 7) % longest)) }];
    }),
  );

/** The loss; the first metric where there is none. */
const first = (metrics: Readonly<Record<string, unknown>>) => Number(Object.values(metrics)[0]);

const compiledFiles = files.map((file) => {
  const compiled = checkFile(join(folder, file)).map((model) =>
    compileModel(model, { target: "wasm", fallback: true }),
  );
  return { file, compiled, js: emitModule(compiled, { language: "js" }) };
});

test("every module and every declaration file type-checks", () => {
  const texts = compiledFiles.flatMap(({ file, compiled, js }) => [
    [`${file}.ts`, emitModule(compiled, { language: "ts" }).text],
    [`declared-${file}.d.ts`, js.declarations!],
  ]);
  expect(typeErrors(Object.fromEntries(texts))).toEqual([]);
});

describe.each(compiledFiles)("$file", async ({ compiled, js }) => {
  const module = await importText<Record<string, { create(options?: CreateOptions): Net }>>(js.text);
  const trained = compiled.filter(({ programs }) => programs.train);
  const examplesOf = ({ checked, batch }: CompiledModel, limit: number) =>
    dataOf([...checked.inputs, ...checked.targets], Math.max(1, Math.min(batch, limit) - 1));

  test.each(["wasm", "typescript"] as const)("trains, predicts and resumes bit for bit: %s", (target) => {
    for (const model of trained) {
      const { create } = module[model.checked.name]!;
      const data = examplesOf(model, 5);
      const [net, other] = [create({ seed: 3, target }), create({ seed: 4, target })];
      expect(net.target).toBe(target);
      expect(Number.isFinite(first(net.trainStep(data)))).toBe(true);
      other.load(net.save());
      net.trainStep(data);
      other.trainStep(data);
      expect(Buffer.from(other.save()).equals(Buffer.from(net.save()))).toBe(true);
      const outputs = net.predict(data);
      const predictor = module[`${model.checked.name}Predictor`]!.create({ weights: net.save(), target });
      expect(predictor.predict(data)).toEqual(outputs);
      expect(Number.isFinite(first(net.evaluate(data)))).toBe(true);
    }
  });
  test("the targets agree", () => {
    for (const model of trained) {
      const { create } = module[model.checked.name]!;
      const data = examplesOf(model, 8);
      const nets = (["wasm", "typescript"] as const).map((target) => create({ seed: 3, target }));
      for (let k = 0; k < 4; k++) {
        const [a, b] = nets.map((net) => first(net.trainStep(data)));
        expect(Math.abs(a! - b!) / Math.max(1, Math.abs(b!))).toBeLessThan(1e-4);
      }
    }
  });
  test("any number of threads gives the same bytes", async () => {
    for (const model of trained) {
      const { create } = module[model.checked.name]!;
      const data = examplesOf(model, 20);
      const states = new Set<string>();
      for (const threads of [1, 2, 3]) {
        const net = create({ seed: 3, threads });
        while (net.threads < threads) await setTimeout(2);
        for (let k = 0; k < 3; k++) net.trainStep(data);
        net.evaluate(data);
        states.add(
          createHash("sha256")
            .update(net.save())
            .update(JSON.stringify(net.predict(data)))
            .digest("hex"),
        );
        net.dispose();
      }
      expect(states.size).toBe(1);
    }
  });
});
