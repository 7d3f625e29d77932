/** @file How long do a check as a process, and a check after an edit, take? Usage: node dist/test/bench/check.js */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createProject } from "../../src/compiler/project.js";

const file = "examples/mnist.net";
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const time = (work: () => void): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};
const run = (...parameters: readonly string[]) =>
  Array.from({ length: 9 }, () => time(() => spawnSync(process.execPath, parameters)));

const empty = run("-e", "");
const check = run("dist/package/cli.js", "check", file);
const project = createProject({ readText: () => undefined, resolve: (specifier) => specifier });
const text = readFileSync(file, "utf8");
const again = Array.from({ length: 300 }, (_, k) => {
  project.setText(file, text.replace("conv2d(32, 3)", `conv2d(${32 + (k % 40)}, 3)`));
  return time(() => project.check(file));
});
console.log(
  JSON.stringify({
    processMs: median(check),
    ofWhichNodeStarts: median(empty),
    // The engine compiles the checker while it works: the first edits are slower.
    firstEditsMs: median(again.slice(0, 20)),
    laterEditsMs: median(again.slice(200)),
  }),
);
