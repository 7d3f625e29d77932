/** @file What pages, workers and Node all run: the reference CNN trains on images of its own. */

// Stripes, at another height for each class, under noise.
const rows = 80;
const label = Int32Array.from({ length: rows }, (_, row) => (row * 7) % 10);
const image = Uint8Array.from({ length: rows * 784 }, (_, k) => {
  const noise = Math.imul(k + 1, 0x9e3779b1) >>> 26;
  const y = Math.floor((k % 784) / 28);
  return noise + (Math.floor((y - 4) / 2) === label[Math.floor(k / 784)] ? 190 : 0);
});

/** The outcome, or the error of `create`; waits for `expected` threads. */
export async function run({ module = "./mnist.net.js", threads = 1, target, expected = threads }) {
  const { Digits } = await import(module);
  let net;
  try {
    net = Digits.create({ seed: 1, threads, target });
  } catch ({ name, missing }) {
    return { name, missing };
  }
  const end = performance.now() + 20_000;
  while (net.threads < expected && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  const before = net.evaluate({ image, label }).loss;
  // Batches of 32, 32 and 16, then of 5.
  await net.fit({ image, label }, { epochs: 2, validation: 0 });
  for (let k = 0; k < 3; k++)
    net.trainStep({ image: image.subarray(k * 784, (k + 5) * 784), label: label.subarray(k, k + 5) });
  const losses = [before, net.evaluate({ image, label }).loss];
  const sha256 = await hash(net.save());
  const outcome = { target: net.target, threads: net.threads, sha256, losses };
  net.dispose();
  return outcome;
}

/** Of the tensors that a file holds. */
async function hash(bytes) {
  const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.subarray(8 + header)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Two epochs by a net in a worker, with a pause: what `save` gives, whether its memory is shared, whether the pause stood still. */
export async function runElsewhere(options) {
  const { DigitsWorker } = await import("./mnist.net.js");
  const net = await DigitsWorker.create({ seed: 1, ...options });
  const reports = [];
  const training = net.fit({ image, label }, { epochs: 2, budgetMs: 1, onEpoch: ({ epoch }) => reports.push(epoch) });
  await net.pause();
  const paused = await hash(await net.save());
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stood = paused === (await hash(await net.save()));
  await net.resume();
  const { epochs, stopped } = await training;
  const { digit } = await net.predict({ image: image.subarray(0, 784) });
  const sha256 = await hash(await net.save());
  await net.dispose();
  return {
    target: net.target,
    shared: net.parameters !== undefined,
    sha256,
    stood,
    reports,
    epochs: epochs.length,
    stopped,
    outputs: digit.length,
  };
}

/** How often the event loop had its turn while three epochs of three steps each trained. */
export async function turns(budgetMs) {
  const { Digits } = await import("./mnist.net.js");
  const net = Digits.create({ seed: 1 });
  const { port1, port2 } = new MessageChannel();
  let count = 0;
  port1.addEventListener("message", () => {
    count++;
    port2.postMessage(null);
  });
  port1.start();
  port2.postMessage(null);
  await net.fit({ image, label }, { epochs: 3, budgetMs });
  port1.close();
  net.dispose();
  return count;
}
