/** @file Writes the demo's drawn digits to a folder, as IDX files under the names that MNIST uses. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeIdx } from "../../src/data/index.js";
import { drawDigits, side } from "./digits.js";

/** Training and test digits come from different seeds. */
export const sets = [
  { name: "train", count: 10_000, seed: 1 },
  { name: "t10k", count: 2_000, seed: 2 },
] as const;

/** Writes images and labels of both sets; `netc train --data <folder>` reads them. */
export function writeDemoData(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, count, seed } of sets) {
    const { images, labels } = drawDigits(count, seed);
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), writeIdx([count, side, side], images));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), writeIdx([count], labels));
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2] ?? "demo-data";
  writeDemoData(folder);
  console.log(`wrote ${sets.map(({ name, count }) => `${count} digits (${name})`).join(" and ")} to ${folder}`);
}
