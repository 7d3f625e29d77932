/** @file Every program of every example: interpreter, optimised graph, TypeScript and WebAssembly agree on a short batch. */
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { checkModels } from "../../src/cli/compile.js";
import { comparePrograms } from "./programs.js";

const folder = "examples";
// The convolutional networks, and recurrent ones on long sequences, take the interpreter minutes: test/passes-kernel and
// test/sequences have small ones.
const large = ["mnist.net", "mnist-augmented.net", "trec.net", "tagger.net"];
const files = readdirSync(folder).filter((name) => name.endsWith(".net") && !large.includes(name));

it.each(files)(
  "%s",
  async (file) => {
    // The interpreter takes seconds per image.
    const [batch, rows] = /mnist|lstm/.test(file) ? [2, 1] : [4, 3];
    for (const model of checkModels(`${folder}/${file}`, batch))
      expect(await comparePrograms(model, rows, 1e-9)).toEqual([]);
  },
  600_000,
);
