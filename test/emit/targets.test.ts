/** @file What runs a net: WebAssembly or TypeScript, the errors where neither can be had, and any number of threads. */
import { execFileSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { WasmEngine } from "../../src/emit/runtime/wasm.js";
import { emitModule } from "../../src/emit/emit.js";
import { points, stateOf, thrown } from "./data.js";
import { importText, run, type TinyModule } from "./module.js";
import { tinyModel } from "./tiny.js";

interface Targets extends TinyModule {
  readonly NetTargetError: new (...arguments_: never[]) => Error;
}
const { WebAssembly } = globalThis as unknown as WasmEngine;
const both = tinyModel({ target: "wasm" });
const modules = {
  typescript: await run<Targets>(tinyModel()),
  either: await run<Targets>(both),
  wasm: await run<Targets>({ ...both, fallback: undefined }),
};

afterEach(() => vi.unstubAllGlobals());

describe("target", () => {
  test("is WebAssembly where the module has it", () => {
    expect(modules.typescript.Tiny.create().target).toBe("typescript");
    expect(modules.either.Tiny.create().target).toBe("wasm");
    expect(modules.either.TinyPredictor.create().target).toBe("wasm");
    expect(modules.wasm.Tiny.create().target).toBe("wasm");
  });
  test("can be chosen, if the module has it", () => {
    expect(modules.either.Tiny.create({ target: "typescript" }).target).toBe("typescript");
    const { NetTargetError } = modules.wasm;
    expect(() => modules.wasm.Tiny.create({ target: "typescript" })).toThrow(NetTargetError);
    for (const form of ["Tiny", "TinyPredictor"] as const)
      expect(thrown(() => modules.typescript[form].create({ target: "wasm" }))).toMatchObject({
        name: "NetTargetError",
        missing: "kernels",
      });
  });
  test("nets of both targets exchange weights", () => {
    const [a, b] = [modules.either.Tiny.create({ seed: 1 }), modules.typescript.Tiny.create({ seed: 2 })];
    a.trainStep(points(4));
    b.load(a.save());
    expect(stateOf(b)).toBe(stateOf(a));
    const predictor = modules.either.TinyPredictor.create({ weights: b.save(), target: "typescript" });
    expect(predictor.predict(points(3))["choice"]).toEqual(a.predict(points(3))["choice"]);
  });
});

/** An engine without something. */
const engines = {
  WebAssembly: undefined,
  SIMD: { ...functionsOf(WebAssembly), validate: () => false },
  memory: { ...functionsOf(WebAssembly), Memory: failing(new RangeError("could not allocate memory")) },
  compilation: { ...functionsOf(WebAssembly), Module: failing(new RangeError("disallowed on the main thread")) },
} as const;
function functionsOf({ Memory, Module, Instance, validate }: WasmEngine["WebAssembly"]) {
  return { Memory, Module, Instance, validate };
}
function failing(error: Error) {
  return function fail() {
    throw error;
  };
}

describe.each(Object.entries(engines))("without %s", (missing, engine) => {
  test("the fallback runs", () => {
    vi.stubGlobal("WebAssembly", engine);
    const net = modules.either.Tiny.create({ seed: 1 });
    expect(net.target).toBe("typescript");
    expect(net.trainStep(points(4)).loss).toBeGreaterThan(0);
    expect(modules.either.TinyPredictor.create().target).toBe("typescript");
  });
  test("a module without it, or a program that asks for WebAssembly, is told what is missing", () => {
    vi.stubGlobal("WebAssembly", engine);
    const message = { name: "NetTargetError", missing };
    for (const form of ["Tiny", "TinyPredictor"] as const) {
      expect(thrown(() => modules.wasm[form].create())).toMatchObject(message);
      expect(thrown(() => modules.either[form].create({ target: "wasm" }))).toMatchObject(message);
    }
  });
});

describe("threads", () => {
  test("join in when they have started, and change no bit", async () => {
    const states = [];
    for (const threads of [1, 2, 3]) {
      const net = modules.either.Tiny.create({ seed: 1, threads });
      expect(net.threads).toBe(1);
      net.trainStep(points(4));
      while (net.threads < threads) await setTimeout(2);
      for (let k = 0; k < 5; k++) net.trainStep(points(4));
      net.evaluate(points(9));
      states.push(stateOf(net));
      expect([...(net.predict(points(2))["estimate"] as Float32Array)].every(Number.isFinite)).toBe(true);
      net.dispose();
      expect(() => net.trainStep(points(4))).toThrow(modules.either.NetStateError);
    }
    expect(new Set(states).size).toBe(1);
  });
  test("are 1 .. 64", () => {
    for (const threads of [0, 1.5, 65, NaN])
      expect(thrown(() => modules.either.Tiny.create({ threads }))).toMatchObject({ input: "threads" });
  });
  test("are one where memory cannot be shared, workers are forbidden, or TypeScript runs", () => {
    expect(modules.typescript.Tiny.create({ threads: 4 }).threads).toBe(1);
    vi.stubGlobal("crossOriginIsolated", false);
    expect(modules.either.Tiny.create({ threads: 4 }).threads).toBe(1);
    vi.stubGlobal("crossOriginIsolated", undefined);
    vi.stubGlobal("process", undefined);
    const net = modules.either.Tiny.create({ seed: 1, threads: 4 });
    vi.unstubAllGlobals();
    net.trainStep(points(4));
    expect(net.threads).toBe(1);
    net.dispose();
  });
  test("never keep a process alive, disposed or not", () => {
    const script = `${emitModule(both, { language: "js" }).text}
      const nets = [Tiny.create({ seed: 1, threads: 2 }), Tiny.create({ seed: 1, threads: 2 })];
      const data = { x: [1, 2], kind: [0] };
      while (nets.some((net) => net.threads < 2)) await new Promise((resolve) => setTimeout(resolve, 2));
      for (const net of nets) net.trainStep(data);
      nets[0].dispose();
      console.log(nets[1].threads);`;
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(out).toBe("2\n");
  });
});

test("nothing is imported, nor lost in the binary as text", async () => {
  const { text } = emitModule(both, { language: "js" });
  expect(text).not.toMatch(/^\s*import\b/m);
  for (const [, binary] of text.matchAll(/binary:\s*"([^"]+)"/g))
    expect(WebAssembly.validate(Buffer.from(binary!, "hex"))).toBe(true);
  expect(await importText<Targets>(text)).toHaveProperty("Tiny");
});
