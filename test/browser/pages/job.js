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
  const bytes = net.save();
  const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.subarray(8 + header)));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const outcome = { target: net.target, threads: net.threads, sha256, losses };
  net.dispose();
  return outcome;
}
