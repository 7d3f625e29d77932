/**
 * @file How many times faster is a training step of examples/mnist.net than TensorFlow.js' own CPU back end, in one run?
 * Usage: node dist/test/bench/tfjs-cpu.js   (installs @tensorflow/tfjs into a temporary folder)
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFile, instantiate } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";

const batch = 32;
const steps = 20;

/** Runs in a process of its own: prints milliseconds per step. */
const peer = `
const tf = require("@tensorflow/tfjs");
(async () => {
  await tf.setBackend("cpu");
  const model = tf.sequential({ layers: [
    tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: "relu" }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 128, activation: "relu" }),
    tf.layers.dense({ units: 10, activation: "softmax" }),
  ] });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
  const x = tf.randomUniform([${batch}, 28, 28, 1]);
  const y = tf.oneHot(tf.tensor1d(Array.from({ length: ${batch} }, (_, i) => i % 10), "int32"), 10);
  const times = [];
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await model.trainOnBatch(x, y);
    times.push(performance.now() - start);
  }
  console.log(JSON.stringify({ version: tf.version.tfjs, ms: Math.min(...times) }));
})();
`;

async function ours(): Promise<number> {
  const net = (await instantiate(compileModel(checkFile("examples/mnist.net")))).create({ seed: 1 });
  const image = Float32Array.from({ length: batch * 784 }, (_, i) => (i * 37) % 256);
  const label = Int32Array.from({ length: batch }, (_, i) => i % 10);
  let best = Infinity;
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    net.trainStep({ image, label });
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const folder = mkdtempSync(join(tmpdir(), "netc-bench-"));
try {
  writeFileSync(join(folder, "package.json"), "{}");
  execFileSync("npm", ["install", "--ignore-scripts", "--no-save", "@tensorflow/tfjs"], {
    cwd: folder,
    stdio: "ignore",
  });
  writeFileSync(join(folder, "peer.cjs"), peer);
  const before = await ours();
  const { version, ms } = JSON.parse(
    execFileSync("node", ["peer.cjs"], { cwd: folder, encoding: "utf8" }).trim().split("\n").at(-1)!,
  ) as { version: string; ms: number };
  const after = await ours();
  const best = Math.min(before, after);
  console.log(JSON.stringify({ peer: `tfjs-cpu ${version}`, peerMs: ms, netcMs: best, ratio: ms / best }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
