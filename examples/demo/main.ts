/** @file The README's demo: draws digits, trains the network of examples/mnist.net on them, draws what it says of new ones. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandLine } from "../../src/cli/command-line.js";
import { checkFile, instantiate } from "../../src/cli/compile.js";
import { readBytes } from "../../src/host/files.js";
import { nodeTerminal } from "../../src/cli/terminal.js";
import { compileModel } from "../../src/compiler/compile.js";
import { drawDigits } from "./digits.js";
import { drawSheet } from "./png.js";
import { writeDemoData } from "./prepare.js";

// The compiled demo lies in dist/examples/demo.
const root = fileURLToPath(new URL("../../..", import.meta.url));
const output = join(root, "demo-output");
const data = join(output, "data");
const model = join(root, "examples", "mnist.net");
const weights = join(output, "digits.safetensors");
const picture = join(output, "predictions.png");
const shown = 20;

mkdirSync(output, { recursive: true });
console.log("drawing 12,000 digits ..");
writeDemoData(data);
console.log("training the network of examples/mnist.net on them ..");
await commandLine(nodeTerminal(), ["node", "netc", "train", model, "--data", data, "--epochs", "1", "--save", weights]);

const net = (await instantiate(compileModel(checkFile(model)))).create({ weights: readBytes(weights, "the weights") });
// Digits that were in neither set: a seed of their own.
const { images, labels } = drawDigits(shown, 3);
const probabilities = net.predict({ image: Float32Array.from(images) })["digit"] as Float32Array;
const predictions = Uint8Array.from({ length: shown }, (_, row) => {
  const own = probabilities.subarray(row * 10, row * 10 + 10);
  return own.indexOf(Math.max(...own));
});
const right = predictions.filter((digit, row) => digit === labels[row]).length;
writeFileSync(picture, drawSheet(images, predictions, labels));
console.log(`${right} of ${shown} new digits recognised; see demo-output/predictions.png`);
