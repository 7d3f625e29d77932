/** @file Generated modules pass the TypeScript compiler's strictest checks, and their types say what the model says. */
import { describe, expect, test } from "vitest";
import { emitModule } from "../../src/emit/emit.js";
import { typeErrors } from "./module.js";
import { tinyModel } from "./tiny.js";

const use = `
import { serveTiny, Tiny, TinyPredictor, TinyWorker, NetInputError, type TinyKind, type TinyMetrics } from "./tiny.net.js";
const net = Tiny.create({ seed: 1 });
const kinds: TinyKind[] = ["no", "yes"];
const x = Float32Array.of(1, 2, 3, 4);
const { loss, accuracy, confusion } = net.trainStep({ x, kind: kinds });
const size: 2 = Tiny.shapes.inputs.x[0];
net.trainStep({ x: [[1, 2], [3, 4]], kind: [0, 1] });
net.trainStep({ x: [Float32Array.of(1, 2)], kind: Uint8Array.of(0) });
export async function train(signal: { readonly aborted: boolean }): Promise<TinyMetrics | undefined> {
  const history = await net.fit({ x, kind: kinds }, { epochs: 1, validation: 0.1, signal, onEpoch: ({ metrics }) => { metrics.loss.toFixed(); } });
  return history.epochs[0]?.validation;
}
const { choice, estimate } = net.predict({ x });
const first: "no" | "yes" | undefined = choice[0];
const kernel: Float32Array = net.parameters.line.kernel;
const predictor = TinyPredictor.create({ weights: net.save() });
predictor.copyFrom(net);
predictor.predict({ x }).estimate.fill(0);
export const blob: ArrayBuffer = net.save().buffer;
export async function trainElsewhere(worker: { postMessage(message: unknown, transfer: ArrayBuffer[]): void; terminate(): void }): Promise<number> {
  const remote = await TinyWorker.create({ worker, seed: 1, threads: 2 });
  const { epochs } = await remote.fit({ x, kind: kinds }, { epochs: 2, transfer: true, onBatch: ({ metrics }) => { metrics.loss.toFixed(); } });
  const answers = await remote.predict({ x });
  const answer: "no" | "yes" | undefined = answers.choice[0];
  const view: Float32Array | undefined = remote.parameters?.line.kernel;
  const { tensors } = await remote.migrate(await remote.save());
  // @ts-expect-error: no such label
  await remote.fit({ x, kind: ["maybe"] });
  // @ts-expect-error: a worker is needed
  await TinyWorker.create({});
  return epochs.length + (answer === "no" ? 1 : 0) + (view?.length ?? 0) + tensors.filter(({ fate }) => fate === "kept").length;
}
export const serve: () => void = serveTiny;
// @ts-expect-error: no such label
net.trainStep({ x, kind: ["maybe"] });
// @ts-expect-error: the target is missing
net.trainStep({ x });
// @ts-expect-error: no such input
net.predict({ y: x });
// @ts-expect-error: predictors do not train
predictor.trainStep({ x, kind: kinds });
// @ts-expect-error: not an array
net.predict({ x: "1, 2" });
export const all = [loss, accuracy, confusion, size, first, kernel, estimate, NetInputError];
`;

describe("types", () => {
  test("of a TypeScript module", () => {
    const { text } = emitModule(tinyModel(), { language: "ts" });
    expect(typeErrors({ "tiny.net.ts": text, "use.ts": use })).toEqual([]);
  });
  test("of a JavaScript module's declarations", () => {
    const { text, declarations } = emitModule(tinyModel(), { language: "js" });
    for (const word of [/^import\b/m, /: number\b/, /^interface\b/m]) expect(text).not.toMatch(word);
    expect(typeErrors({ "tiny.net.d.ts": declarations!, "use.ts": use })).toEqual([]);
  });
  test("in 64 bits, with internals, and for prediction alone", () => {
    for (const options of [{ precision: "f64" }, { internals: true }, { training: false }] as const) {
      const { text } = emitModule(tinyModel(), { language: "ts", ...options });
      expect(typeErrors({ "tiny.net.ts": text })).toEqual([]);
    }
  });
  test.each(["Net", "Training", "NetInputError", "History", "Error"])("of a model called %s", async (model) => {
    const named = tinyModel({ model });
    const { text, declarations, creators } = emitModule(named, { language: "js" });
    expect(typeErrors({ "a.net.ts": emitModule(named, { language: "ts" }).text })).toEqual([]);
    expect(typeErrors({ "a.net.d.ts": declarations! })).toEqual([]);
    const module: object = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
    expect(Object.keys(module)).toEqual(expect.arrayContaining([...creators]));
    expect(creators[0]).toBe(model === "NetInputError" ? "NetInputError_2" : model);
  });
  test("a model keeps its name where another's predictor would have it", () => {
    const models = ["Tiny", "TinyPredictor"].map((model) => tinyModel({ model }));
    const { creators } = emitModule(models, { language: "js" });
    expect(creators).toEqual(["Tiny", "TinyPredictor_2", "TinyPredictor", "TinyPredictorPredictor"]);
  });
  test("both languages export the same names", () => {
    const names = (text: string) =>
      [...text.matchAll(/^export (?:declare )?(?:const|class) (\w+)/gm)].map((m) => m[1]).sort();
    const { text, declarations } = emitModule(tinyModel(), { language: "js" });
    expect(names(declarations!)).toEqual(names(text));
    expect(names(emitModule(tinyModel(), { language: "ts" }).text)).toEqual(names(text));
  });
});
