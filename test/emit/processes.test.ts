/** @file Threads of a net never keep its process alive, whatever the program does last. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compileFile } from "../../src/cli/compile.js";
import { emitModule } from "../../src/emit/emit.js";
import { Folder } from "../cli/netc.js";

const folder = new Folder();
const module = join(folder.path, "digits.mjs");
writeFileSync(
  module,
  emitModule(compileFile("examples/mnist.net", { batch: 4 }, { target: "wasm" }), { language: "js" }).text,
);
afterAll(() => folder.remove());

interface End {
  readonly code: number | null;
  readonly out: readonly string[];
  /** From the last line of output to the end of the process. */
  readonly milliseconds: number;
}

/** A program with a net on two threads; its last line of output is the last thing it does. */
function runProgram(rest: string): Promise<End> {
  const program = `
    import { Digits } from "./digits.mjs";
    const data = { image: Uint8Array.from({ length: 4 * 784 }, (_, k) => (k * 7919) % 256), label: [3, 1, 4, 1] };
    const net = Digits.create({ seed: 1, threads: 2 });
    const started = async () => {
      while (net.threads < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    ${rest}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder.path,
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 30_000,
  });
  let [out, last] = ["", 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    last = performance.now();
  });
  return new Promise((resolve) =>
    child.on("close", (code) => resolve({ code, out: out.trim().split("\n"), milliseconds: performance.now() - last })),
  );
}

/** What a loaded machine may take; an idle one takes some 10 ms. */
const soon = 5000;

describe("a program ends by itself", () => {
  const programs = {
    "with a net that trained and was disposed": "await started(); net.trainStep(data); net.dispose();",
    "with a net that trained and was not": "await started(); net.trainStep(data);",
    "with a net whose threads never had a turn": "net.trainStep(data);",
    "with a net disposed before its threads started": "net.dispose();",
    "after many nets": `
      await started();
      for (let k = 0; k < 8; k++) Digits.create({ seed: k, threads: 3 }).trainStep(data);`,
    "when a fit is over": "await started(); await net.fit(data, { epochs: 3 });",
  };
  test.each(Object.entries(programs))("%s", async (_, rest) => {
    const { code, out, milliseconds } = await runProgram(`${rest} console.log("last");`);
    expect({ code, out }).toEqual({ code: 0, out: ["last"] });
    expect(milliseconds).toBeLessThan(soon);
  });
  test("when it says so, in the middle of a fit", async () => {
    const { code, milliseconds } = await runProgram(`
      await started();
      net.fit(data, { epochs: 1e6, budgetMs: 5 });
      setTimeout(() => {
        console.log("last");
        process.exit(7);
      }, 50);`);
    expect(code).toBe(7);
    expect(milliseconds).toBeLessThan(soon);
  });
  test("when it throws", async () => {
    const { code } = await runProgram(`
      await started();
      net.trainStep(data);
      process.on("uncaughtException", () => { console.log("last"); process.exitCode = 3; });
      throw new Error("on purpose");`);
    expect(code).toBe(3);
  });
});

test("a net disposed in the middle of a fit: the fit ends with a typed error, and so does the program", async () => {
  const { code, out, milliseconds } = await runProgram(`
    await started();
    const fit = net.fit(data, { epochs: 1e6, budgetMs: 5 });
    setTimeout(() => net.dispose(), 30);
    await fit.catch(({ name }) => console.log(name));`);
  expect({ code, out }).toEqual({ code: 0, out: ["NetStateError"] });
  expect(milliseconds).toBeLessThan(soon);
});

// Linux lists a process's threads.
test.skipIf(process.platform !== "linux")(
  "threads of disposed nets end, and of those that got wrong weights",
  async () => {
    const { out } = await runProgram(`
    import { readdirSync } from "node:fs";
    const threads = () => readdirSync("/proc/self/task").length;
    const turn = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    await started();
    const before = threads();
    for (let k = 0; k < 6; k++) {
      const other = Digits.create({ seed: k, threads: 3 });
      while (other.threads < 3) await turn(2);
      other.trainStep(data);
      other.dispose();
      try {
        Digits.create({ threads: 3, weights: new Uint8Array(3) });
      } catch {}
    }
    // Node itself may have started one or two meanwhile.
    for (let k = 0; k < 500 && threads() > before + 2; k++) await turn(10);
    console.log(threads() - before <= 2);`);
    expect(out).toEqual(["true"]);
  },
);
