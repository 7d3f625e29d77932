/** @file The reference CNN trains in a browser as in Node, bit for bit: on the page, in a worker, with threads. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { checkFile } from "../../src/cli/compile.js";
import { compileModel } from "../../src/compiler/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { hasChromium, report } from "./browser.js";

interface Outcome {
  readonly target: string;
  readonly threads: number;
  /** Of the tensors that `save` writes. */
  readonly weights: string;
}
interface Job {
  train(threads: number): Promise<Outcome>;
}

/** Runs in all places: a few steps once the threads have started. */
const job = `
import { Digits } from "./digits.js";
const image = Float32Array.from({ length: 32 * 784 }, (_, k) => (k * 7919) % 257);
const label = Int32Array.from({ length: 32 }, (_, k) => k % 10);
export async function train(threads) {
  const net = Digits.create({ seed: 1, threads });
  for (let k = 0; k < 100 && net.threads < threads; k++) await new Promise((resolve) => setTimeout(resolve, 10));
  await net.fit({ image, label }, { epochs: 5, validation: 0 });
  const bytes = net.save();
  const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const weights = [...bytes.subarray(start)].reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
  const { target } = net;
  const outcome = { target, threads: net.threads, weights: weights.toString(16) };
  net.dispose();
  return outcome;
}`;
const page = `<!doctype html><script type="module">
import { train } from "./job.js";
const inWorker = (threads) =>
  new Promise((resolve) => {
    const worker = new Worker("./worker.js", { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(threads);
  });
let answer;
try {
  answer = [await train(1), await train(2), await inWorker(1), await inWorker(2)];
} catch (error) {
  answer = String(error);
}
await fetch("/report", { method: "POST", body: JSON.stringify(answer) });
</script>`;
const worker = `
import { train } from "./job.js";
onmessage = ({ data }) => train(data).then(postMessage, (error) => postMessage(String(error)));`;

const text = emitModule(compileModel(checkFile("examples/mnist.net"), { target: "wasm", fallback: true }), {
  language: "js",
}).text;

async function inNode(threads: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "netc-"));
  try {
    const files = { "digits.js": text, "job.js": job, "package.json": '{ "type": "module" }' };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const { train } = (await import(pathToFileURL(join(folder, "job.js")).href)) as Job;
    return await train(threads);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Without Chromium (Debian: apt install chromium) there is nothing to see here.
test.skipIf(!hasChromium)(
  "the same weights on page and in worker, on one and two threads",
  { timeout: 90_000 },
  async () => {
    const files = { "index.html": page, "job.js": job, "worker.js": worker, "digits.js": text };
    const { weights } = await inNode(1);
    expect(await inNode(2)).toEqual({ target: "wasm", threads: 2, weights });
    const one = { target: "wasm", threads: 1, weights };
    const two = { ...one, threads: 2 };
    expect(await report(files, true)).toEqual([one, two, one, two]);
    // Memory is not shared where the page is not isolated.
    expect(await report(files, false)).toEqual([one, one, one, one]);
  },
);
