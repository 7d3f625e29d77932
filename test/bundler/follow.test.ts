/** @file Stand-ins for nets that follow the versions of a module, without a browser: modules are compiled and run here. */
import { expect, test } from "vitest";
import { compileModel } from "../../src/compiler/compile.js";
import { createProject } from "../../src/compiler/project.js";
import { emitModule } from "../../src/emit/emit.js";
import type { NetParameters, TrainingNet } from "../../src/emit/runtime/api.js";
import { follow } from "../../src/bundler/hot.js";
import { importText, type Row } from "../emit/module.js";
import { flowers } from "./app.js";

type Model = Parameters<typeof follow>[2];
type Net = TrainingNet<Row, Row, Row, { loss: number }, NetParameters>;

async function version(text: string): Promise<Readonly<Record<string, Model>>> {
  const [model] = createProject({ readText: () => text, resolve: (path) => path }).check("flowers.net")!.models;
  return importText(emitModule(compileModel(model!), { language: "js" }).text);
}
const data = { size: [1, 1, 4, 1, 1, 4], kind: ["rose", "tulip", "aster"] };
const kernel = (net: Net, layer = "head") =>
  Array.from((net.parameters[layer] as NetParameters)["kernel"] as Float32Array);

test("outside Vite's server a model is itself", async () => {
  const { Flowers } = await version(flowers);
  expect(follow(undefined, "Flowers", Flowers!)).toBe(Flowers);
});

test("a net keeps its weights and its state of training where all fits", async () => {
  const hot = { data: {} };
  const first = follow(hot, "Flowers", (await version(flowers))["Flowers"]!);
  const net = first.create({ seed: 3 }) as unknown as Net;
  for (let k = 0; k < 5; k++) net.trainStep(data);
  const before = kernel(net);
  const { predict } = net;
  const second = follow(hot, "Flowers", (await version(flowers.replace("0.1", "0.2")))["Flowers"]!);
  expect(second).toBe(first);
  expect([net.step, kernel(net)]).toEqual([5, before]);
  expect(() => predict(data)).toThrow(/was disposed/);
});

test("new layers are initialized, equal ones kept, and what a program imported first makes nets of the newest", async () => {
  const hot = { data: {} };
  const model = follow(hot, "Flowers", (await version(flowers))["Flowers"]!);
  const net = model.create() as unknown as Net;
  net.trainStep(data);
  const before = kernel(net);
  follow(hot, "Flowers", (await version(flowers.replace("dense(3)", "dense(2) as more -> dense(3)")))["Flowers"]!);
  expect([kernel(net, "more").length, kernel(net)]).toEqual([4, before]);
  expect(Object.keys(model.shapes.parameters)).toContain("more.kernel");
  expect(Object.keys((model.create() as unknown as Net).parameters)).toEqual(["more", "head"]);
  net.dispose();
  follow(hot, "Flowers", (await version(flowers))["Flowers"]!);
  expect(() => net.predict(data)).toThrow(/was disposed/);
});

test("a net that only predicts keeps what fits", async () => {
  const hot = { data: {} };
  const trained = (await version(flowers))["Flowers"]!.create({ seed: 9 }) as unknown as Net;
  const model = follow(hot, "FlowersPredictor", (await version(flowers))["FlowersPredictor"]!);
  const net = model.create({ weights: trained.save() }) as unknown as Net;
  expect(kernel(net)).toEqual(kernel(trained));
  follow(hot, "FlowersPredictor", (await version(flowers.replace("f32[2]", "f32[3]")))["FlowersPredictor"]!);
  expect(kernel(net).length).toBe(9);
  expect(kernel(net).slice(0, 6)).not.toEqual(kernel(trained));
});

test("a fit that an edit interrupts goes on with the new net, and ends as the caller says", async () => {
  const hot = { data: {} };
  const model = follow(hot, "Flowers", (await version(flowers))["Flowers"]!);
  const next = (await version(flowers.replace("dense(3)", "dense(2) as more -> dense(3)")))["Flowers"]!;
  const net = model.create() as unknown as Net;
  const signal = { aborted: false };
  const layers: string[] = [];
  const history = await net.fit(data, {
    epochs: 1e9,
    signal,
    budgetMs: 1,
    onEpoch: async ({ epoch }) => {
      layers.push(Object.keys(net.parameters)[0]!);
      if (epoch === 3 && layers.length === 3) follow(hot, "Flowers", next);
      signal.aborted = layers.filter((name) => name === "more").length > 4;
    },
  });
  expect(history.stopped).toBe("aborted");
  expect(layers.slice(0, 3)).toEqual(["head", "head", "head"]);
  expect(layers.at(-1)).toBe("more");
  expect(history.epochs.length).toBe(layers.length);
});
