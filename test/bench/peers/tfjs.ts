/**
 * @file Milliseconds per training step of TensorFlow.js on its WebAssembly back end: the network of examples/mnist-mlp.net.
 * Usage: node dist/test/bench/peers/tfjs.js --peers DIR [--batch 32] [--seconds 1]
 */
import { join, resolve } from "node:path";
import { conditions, load, report, sampleAsync } from "./contest.js";

interface Model {
  compile(options: object): void;
  trainOnBatch(inputs: object, targets: object): Promise<number>;
}
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  env(): { set(flag: string, value: boolean): void };
  sequential(options: object): Model;
  readonly layers: { dense(options: object): object };
  readonly train: { adam(learningRate: number): object };
  randomUniform(shape: readonly number[]): object;
  tensor1d(values: readonly number[], type: "int32"): object;
  oneHot(indices: object, depth: number): object;
}
interface WasmBackend {
  setWasmPaths(folder: string): void;
}

const given = conditions();
const { batch, threads, seconds, peers } = given;
const { package: tf, version } = load<TensorFlow>(peers, "@tensorflow/tfjs");
const { package: wasm } = load<WasmBackend>(peers, "@tensorflow/tfjs-backend-wasm");
wasm.setWasmPaths(`${join(resolve(peers), "node_modules/@tensorflow/tfjs-backend-wasm/dist")}/`);
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", threads > 1);
if (!(await tf.setBackend("wasm")) || tf.getBackend() !== "wasm") throw new Error("no WebAssembly back end");

const model = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [784], units: 128, activation: "relu" }),
    tf.layers.dense({ units: 10, activation: "softmax" }),
  ],
});
model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
const image = tf.randomUniform([batch, 784]);
const labels = Array.from({ length: batch }, (_, k) => k % 10);
const label = tf.oneHot(tf.tensor1d(labels, "int32"), 10);
report(`tfjs-wasm ${version}`, given, await sampleAsync(seconds, () => model.trainOnBatch(image, label)));
