/**
 * @file Milliseconds per prediction of ONNX Runtime, native or as WebAssembly on one thread.
 * Usage: node dist/test/bench/peers/onnxruntime.js {onnxruntime-node,onnxruntime-web} {mlp,cnn} --peers DIR [--batch 32] [--seconds 1] [--data FOLDER_WITH_MNIST]
 */
import { conditions, inTurn, load, pictures, report, sampleAsync } from "./contest.js";
import { cnn, mlp } from "./onnx.js";

interface Session {
  run(feeds: Readonly<Record<string, object>>): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
}
interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}

const given = conditions();
const { words, batch, threads, seconds, peers } = given;
const [name = "", model] = words;
const runtime = load<OnnxRuntime>(peers, name);
const { env, InferenceSession, Tensor } = runtime.package;
if (name === "onnxruntime-web") env.wasm.numThreads = threads;
const session = await InferenceSession.create(model === "cnn" ? cnn(batch) : mlp(batch), {
  executionProviders: [name === "onnxruntime-web" ? "wasm" : "cpu"],
  graphOptimizationLevel: "all",
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
});
const shape = model === "cnn" ? [batch, 1, 28, 28] : [batch, 784];
const scaled = (await pictures(given)).map((image) => image.map((pixel) => pixel / 255));
const feeds = scaled.map((image) => ({ x: new Tensor("float32", image, shape) }));
const { y } = await session.run(feeds[0]!);
const sum = y!.data.reduce((a, b) => a + b, 0);
if (Math.abs(sum - batch) > 1e-3 * batch) throw new Error(`probabilities add up to ${sum} for ${batch} examples`);
const run = inTurn(feeds, (feed) => session.run(feed));
report(`${name} ${runtime.version}`, given, await sampleAsync(seconds, run));
