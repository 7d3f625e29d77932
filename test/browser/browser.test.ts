/** @file The reference CNN trains in headless Chromium as in Node, bit for bit, or says what the browser lacks. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Folder } from "../cli/netc.js";
import { chromiumPath, type PageKind, Site } from "./chromium.js";

interface Task {
  /** Of the module to import. Default: with the fallback. */
  readonly module?: "./mnist.net.js" | "./wasm.net.js";
  readonly threads?: number;
  readonly target?: "typescript" | "wasm";
  /** How many threads to wait for. Default: `threads`. */
  readonly expected?: number;
}
interface Outcome {
  readonly target: string;
  readonly threads: number;
  /** Of the tensors that `save` writes. */
  readonly sha256: string;
  /** Before and after training. */
  readonly losses: readonly [number, number];
}
interface Failure {
  readonly name: string;
  readonly missing: string;
}

const pages = Object.fromEntries(
  ["index.html", "page.js", "worker.js", "server.js", "job.js"].map((name) => [
    name,
    readFileSync(`test/browser/pages/${name}`, "utf8"),
  ]),
);

if (!chromiumPath) console.warn("no CHROMIUM_PATH, and no chromium on PATH: the tests in browsers are skipped");

describe.skipIf(!chromiumPath)("in Chromium", () => {
  let folder: Folder;
  let site: Site;
  /** What Node gives. */
  let expected: {
    readonly wasm: Outcome;
    readonly typescript: Outcome;
    readonly elsewhere: string;
    readonly elsewherePlain: string;
  };
  const inNode = async (task: Task): Promise<Outcome> => {
    const script = `import { run } from "./job.js"; console.log(JSON.stringify(await run(${JSON.stringify(task)})));`;
    const args = ["--input-type=module", "-e", script];
    return JSON.parse((await promisify(execFile)(process.execPath, args, { cwd: folder.path })).stdout) as Outcome;
  };
  const inPage = (kind: PageKind, task: Task, before = "", call = "run") =>
    site.visit(
      kind,
      async (page) => {
        await page.waitForFunction("globalThis.run");
        const outcome = await page.evaluate<Outcome | Failure>(`${call}(${JSON.stringify(task)})`);
        // A disposed net's threads end, while what created it lives on. Theirs are the workers without a file.
        const threads = () => page.workers().filter((worker) => worker.url().startsWith("blob:"));
        await expect.poll(() => threads().length, { timeout: 20_000 }).toBe(0);
        return outcome;
      },
      before,
    );
  const inWorker = (kind: PageKind, task: Task) => inPage(kind, task, "", "runInWorker");

  beforeAll(async () => {
    folder = new Folder({
      "mnist.net": readFileSync("examples/mnist.net"),
      "job.js": pages["job.js"]!,
      "package.json": '{ "type": "module" }',
    });
    const build = ["build", "mnist.net", "--target", "wasm", "--emit", "js"];
    await Promise.all([folder.run(...build), folder.run(...build, "--fallback", "none", "-o", "wasm")]);
    const built = (path: string) => readFileSync(join(folder.path, path), "utf8");
    site = await Site.open({
      ...pages,
      "mnist.net.js": built("mnist.net.js"),
      "wasm.net.js": built("wasm/mnist.net.js"),
    });
    const elsewhere = async (target: string) => {
      const call = `runElsewhere({ worker: new URL("mnist.net.js", import.meta.url), target: ${JSON.stringify(target)} })`;
      folder.write("elsewhere.js", `import { runElsewhere } from "./job.js"; console.log((await ${call}).sha256);`);
      const { stdout } = await promisify(execFile)(process.execPath, ["elsewhere.js"], { cwd: folder.path });
      return stdout.trim();
    };
    expected = {
      wasm: await inNode({}),
      typescript: await inNode({ target: "typescript" }),
      elsewhere: await elsewhere("wasm"),
      elsewherePlain: await elsewhere("typescript"),
    };
  }, 60_000);
  afterAll(async () => {
    await site?.close();
    folder?.remove();
  });

  test("Node: the loss falls, and a second thread changes no bit", async () => {
    const { wasm } = expected;
    expect(wasm).toMatchObject({ target: "wasm", threads: 1 });
    expect(wasm.losses[1]).toBeLessThan(wasm.losses[0]);
    expect(await inNode({ threads: 2 })).toEqual({ ...wasm, threads: 2 });
  });

  describe.each([
    ["on the page", inPage],
    ["in a worker", inWorker],
  ] as const)("%s", (_, run) => {
    test.each([1, 2])("of an isolated page, %i threads", async (threads) => {
      expect(await run("isolated", { threads })).toEqual({ ...expected.wasm, threads });
    });
    test("of a page that shares no memory: one thread", async () => {
      expect(await run("plain", { threads: 2, expected: 1 })).toEqual(expected.wasm);
    });
  });
  describe.each(["isolated", "plain"] as const)("a net in a worker of a page that is %s", (kind) => {
    const trainElsewhere = (options: object) =>
      site.visit(kind, async (page) => {
        await page.waitForFunction("globalThis.run");
        const outcome = await page.evaluate<object>(`runElsewhere(${JSON.stringify(options)})`);
        await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0);
        return outcome;
      });
    test.each([{}, { own: true }, { target: "typescript" }])(
      "trains as in Node, and stands still when paused: %o",
      async (options) => {
        const isWasm = !("target" in options);
        expect(await trainElsewhere(options)).toEqual({
          target: isWasm ? "wasm" : "typescript",
          shared: isWasm && kind === "isolated",
          sha256: expected[isWasm ? "elsewhere" : "elsewherePlain"],
          stood: true,
          reports: [1, 2],
          epochs: 2,
          stopped: "epochs",
          outputs: 10,
        });
      },
    );
  });
  test("a fit returns to the event loop after each step where its budget is no longer", async () => {
    const turns = (budget: number) =>
      site.visit("plain", async (page) => {
        await page.waitForFunction("globalThis.run");
        return page.evaluate<number>(`turns(${budget})`);
      });
    expect(await turns(1e-3)).toBeGreaterThanOrEqual(9);
    expect(await turns(1e9)).toBeLessThanOrEqual(1);
  });
  test("where the page forbids the threads' workers: one thread", async () => {
    expect(await inPage("own-workers", { threads: 2, expected: 1 })).toEqual(expected.wasm);
  });

  const lacks = "globalThis.WebAssembly";
  const refuse = (name: string) => `${lacks}.${name} = function () { throw new RangeError("refused"); };`;
  const engines: readonly (readonly [missing: string, kind: PageKind, before: string])[] = [
    ["WebAssembly", "isolated", `delete ${lacks};`],
    ["SIMD", "isolated", `${lacks}.validate = () => false;`],
    ["memory", "isolated", refuse("Memory")],
    ["compilation", "no-compilation", ""],
  ];
  describe.each(engines)("without %s", (missing, kind, before) => {
    test("the TypeScript kernels train", async () => {
      expect(await inPage(kind, { threads: 2, expected: 1 }, before)).toEqual(expected.typescript);
    });
    test("a module without them, or a program that asks for WebAssembly, is told what is missing", async () => {
      const failure = { name: "NetTargetError", missing };
      expect(await inPage(kind, { module: "./wasm.net.js" }, before)).toEqual(failure);
      expect(await inPage(kind, { target: "wasm" }, before)).toEqual(failure);
    });
  });
});
