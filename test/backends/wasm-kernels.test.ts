/** @file Kernels as WebAssembly against the kernel interpreter: loops and addresses at random, every vector expression, threads. */
import { describe, expect, it } from "vitest";
import { printWat, layoutMemory } from "../../src/backends/wasm/module.js";
import type { ArrayName, Kernel, KernelExpr, KernelStatement } from "../../src/ir/kernel.js";
import { add, greater, less, maximum, minimum, multiply, subtract } from "../../src/ops/index.js";
import { random } from "../passes-kernel/harness.js";
import { apply, constant, int, kernelOf, linear, load, local, loop, programOf, store } from "./kernel-builders.js";
import { interpretKernel } from "./kernel-interpreter.js";
import { instantiateWasm, type WasmArray } from "./wasm-runner.js";

const names: readonly ArrayName[] = ["inputs", "parameters", "outputs", "classes", "decisions", "metrics", "totals"];
const lengths = Object.fromEntries(names.map((name) => [name, 512]));
/** Arrays of 512 elements, the same for both; returns what differs. */
function compare(kernel: Kernel, n = 3): void {
  const wasm = instantiateWasm([{ name: "test", program: programOf(kernel) }], lengths);
  const expected: Partial<Record<ArrayName, WasmArray>> = {};
  const next = random(5);
  for (const name of names) {
    const array = wasm.arrays[name]!;
    for (let k = 0; k < array.length; k++)
      array[k] = name === "classes" ? Math.floor(4 * (next() + 1)) : Math.fround(next());
    expected[name] = array.slice();
  }
  interpretKernel(kernel, { arrays: expected, n, step: 2, key: (site) => site + 1 });
  try {
    wasm.run("test", n, 2, (site) => site + 1);
  } catch (error) {
    expect.fail(`${String(error)}\n${textOf(kernel)}`);
  }
  for (const name of names) {
    const got = [...wasm.arrays[name]!];
    got.forEach((value, k) => {
      const want = expected[name]![k]!;
      if (Object.is(value, want) || Math.abs(value - want) <= 1e-5 * Math.max(1, Math.abs(want))) return;
      expect.fail(`${name}[${k}] is ${value}, want ${want}\n${textOf(kernel)}`);
    });
  }
}
const textOf = (kernel: Kernel) => printWat([{ name: "test", program: programOf(kernel) }], layoutMemory(lengths));

describe("loops and addresses", () => {
  /** Loops around a sum of products at random affine places, in range by construction. */
  function randomKernel(seed: number): Kernel {
    const next = random(seed);
    const below = (count: number) => Math.floor(((next() + 1) / 2) * count);
    const depth = 1 + below(3);
    const names = ["i", "j", "k"].slice(0, depth);
    const ranges = names.map((_, d) => {
      const from = below(3);
      return { from, to: from + 1 + below(d === 0 ? 5 : 4), step: 1 + below(2) };
    });
    const index = (usable: number): KernelExpr => {
      const terms: Record<string, number> = {};
      let min = 0;
      names.slice(0, usable).forEach((name, d) => {
        const factor = below(9) - 4;
        if (factor === 0) return;
        terms[name] = factor;
        // The start may be read from memory: anything from 0.
        min += factor * (factor > 0 ? 0 : ranges[d]!.to - 1);
      });
      if (below(3) === 0) terms["p"] = 2;
      return linear(below(6) - min, terms);
    };
    const value = (usable: number): KernelExpr => {
      const a = load("f32", "inputs", index(usable));
      const b = load("f32", below(2) === 0 ? "inputs" : "parameters", index(usable));
      return apply(add, "f32", apply(multiply, "f32", a, b), load("f32", "metrics", index(usable)));
    };
    const body = (d: number): readonly KernelStatement[] => {
      const { from, to, step } = ranges[d]!;
      const inner: KernelStatement[] = [];
      if (below(2) === 0) inner.push({ kind: "let", name: `q${d}`, value: index(d + 1) });
      const hasName = inner.length > 0;
      if (d + 1 < depth) inner.push(...body(d + 1));
      if (d + 1 === depth || below(2) === 0)
        inner.push(
          store("outputs", index(d + 1), value(d + 1), below(2) === 0),
          store("totals", index(d + 1), value(d + 1), true),
        );
      if (hasName) inner.push(store("decisions", linear(1, { [`q${d}`]: 1 }), local(`q${d}`, "i32")));
      if (hasName && below(2) === 0) inner.push(store("outputs", local(`q${d}`, "i32"), value(d + 1)));
      const start = below(3) === 0 ? local("two", "i32") : int(from);
      return [loop(names[d]!, start, below(3) === 0 && to >= 3 ? local("n", "i32") : int(to), inner, step)];
    };
    return kernelOf([
      { kind: "let", name: "two", value: load("i32", "classes", int(0)) },
      { kind: "let", name: "p", value: linear(3, { n: 2 }) },
      { kind: "var", name: "unused", type: "i32", value: int(0) },
      ...body(0),
    ]);
  }
  it.each(Array.from({ length: 150 }, (_, k) => k))("random nest %i", (seed) => {
    compare(randomKernel(seed + 1));
  });

  it("an accumulator in an index is read anew each time", () => {
    compare(
      kernelOf([
        { kind: "var", name: "s", type: "i32", value: int(0) },
        loop("i", int(0), int(5), [
          store("outputs", linear(2, { s: 3, i: 1 }), load("f32", "inputs", local("s", "i32"))),
          { kind: "assign", name: "s", value: linear(1, { s: 1, i: 2 }) },
        ]),
      ]),
    );
  });
  it("fills, conditions, choices that guard loads, empty loops, bounds", () => {
    const inside: KernelExpr = { kind: "inside", type: "bool", value: linear(-3, { i: 1 }), below: int(4) };
    const bound = (op: "min" | "max" | "divide", a: KernelExpr, b: KernelExpr): KernelExpr => ({
      kind: "bound",
      type: "i32",
      op,
      a,
      b,
    });
    compare(
      kernelOf([
        { kind: "fill", array: "outputs", from: int(3), to: linear(4, { n: 5 }) },
        { kind: "fill", array: "parameters", from: local("n", "i32"), to: int(9) },
        { kind: "fill", array: "totals", from: int(1), to: int(4) },
        loop("i", int(0), int(9), [
          {
            kind: "if",
            condition: inside,
            body: [store("totals", linear(7, { i: 1 }), load("f32", "inputs", local("i", "i32")))],
          },
          store("outputs", linear(40, { i: 1 }), {
            kind: "select",
            type: "f32",
            condition: inside,
            yes: load("f32", "inputs", linear(-3, { i: 1 })),
            no: constant("f32", 9),
          }),
          store("outputs", linear(60, { i: 1 }), {
            kind: "select",
            type: "f32",
            condition: inside,
            yes: constant("f32", 1),
            no: constant("f32", 9),
          }),
        ]),
        loop("i", int(4), int(4), [store("outputs", int(0), constant("f32", 7))]),
        loop("i", local("n", "i32"), int(2), [store("outputs", int(1), constant("f32", 7))]),
        { kind: "let", name: "low", value: bound("max", linear(-9, { n: 2 }), int(0)) },
        { kind: "let", name: "high", value: bound("min", bound("divide", linear(2, { n: 7 }), int(3)), int(30)) },
        loop("j", local("low", "i32"), local("high", "i32"), [
          store("decisions", linear(0, { j: 3 }), local("j", "i32")),
          store("outputs", linear(300, { j: -4 }), load("f32", "inputs", linear(0, { j: 2 }))),
        ]),
      ]),
    );
  });
});

describe("vectors", () => {
  const i = local("i", "i32");
  const a = load("f32x4", "inputs", i);
  const b = load("f32x4", "parameters", linear(5, { i: 3 }));
  const every = (value: KernelExpr, array: ArrayName = "outputs", accumulate = false) =>
    compare(kernelOf([loop("i", int(0), int(40), [store(array, i, value, accumulate)], 4)]));
  const one = (value: KernelExpr, array: ArrayName = "outputs", accumulate = false) =>
    compare(kernelOf([loop("i", int(0), int(10), [store(array, linear(3, { i: 2 }), value, accumulate)])]));
  const mask = apply(less, "b32x4", a, b);

  it("loads and stores from and to arrays of every type", () => {
    every(a);
    every(a, "outputs", true);
    every(a, "totals");
    every(a, "totals", true);
    every(load("f32x4", "metrics", linear(7, { i: 1 })));
    every(load("i32x4", "classes", i), "decisions");
    every(load("i32x4", "classes", i), "decisions", true);
    every(load("f32x4", "classes", i));
    every(mask, "decisions");
  });
  it("splats, lanes", () => {
    const quarter = load("f32", "inputs", linear(2, { i: 1 }));
    every({ kind: "splat", type: "f32x4", value: quarter });
    every({ kind: "splat", type: "f32x4", value: apply(add, "f32", quarter, constant("f32", 1)) });
    every({ kind: "splat", type: "f32x4", value: load("f32", "metrics", i) });
    every({ kind: "splat", type: "i32x4", value: load("i32", "classes", i) }, "decisions");
    const small = apply(less, "bool", quarter, constant("f32", 0));
    every({ kind: "splat", type: "b32x4", value: small }, "decisions");
    every({ kind: "splat", type: "b32x4", value: constant("bool", 1) }, "decisions");
    const four = (of: (k: number) => KernelExpr, type: "f32x4" | "i32x4" | "b32x4"): KernelExpr => ({
      kind: "lanes",
      type,
      values: [0, 1, 2, 3].map(of),
    });
    every(four((k) => load("f32", "inputs", linear(k * 7, { i: 2 })), "f32x4"));
    every(four((k) => load("f32", "metrics", linear(k * 7, { i: 2 })), "f32x4"));
    every(four((k) => apply(add, "f32", quarter, constant("f32", k)), "f32x4"));
    every(
      four((k) => load("i32", "classes", linear(k * 7, { i: 2 })), "i32x4"),
      "decisions",
    );
    every(
      four((k) => apply(less, "bool", quarter, constant("f32", k / 4 - 0.5)), "b32x4"),
      "decisions",
    );
    for (const lane of [0, 1, 2, 3]) {
      one({ kind: "lane", type: "f32", value: a, lane });
      one({ kind: "lane", type: "f32", value: a, lane }, "outputs", true);
      one({ kind: "lane", type: "f32", value: a, lane }, "totals");
      one({ kind: "lane", type: "bool", value: mask, lane }, "decisions");
      one({ kind: "lane", type: "i32", value: load("i32x4", "classes", i), lane }, "decisions");
    }
  });
  it("sums, products, extremes across lanes", () => {
    for (const op of ["sum", "product", "max", "min"] as const) {
      one({ kind: "across", type: "f32", op, value: a });
      one({ kind: "across", type: "i32", op, value: load("i32x4", "classes", i) }, "decisions");
    }
    every({
      kind: "sums",
      type: "f32x4",
      values: [a, b, apply(multiply, "f32x4", a, b), apply(subtract, "f32x4", a, b)],
    });
  });
  it("choices, extremes", () => {
    const choose = (condition: KernelExpr, yes: KernelExpr, no: KernelExpr): KernelExpr => ({
      kind: "select",
      type: yes.type,
      condition,
      yes,
      no,
    });
    const zero = constant("f32x4", 0);
    every(choose(mask, a, b));
    every(choose(mask, b, a));
    every(choose(apply(greater, "b32x4", a, b), a, b));
    every(choose(apply(greater, "b32x4", a, b), b, a));
    every(choose(mask, a, zero));
    every(choose(mask, { kind: "splat", type: "f32x4", value: constant("f32", 0) }, b));
    every(choose(apply(greater, "bool", load("f32", "inputs", i), constant("f32", 0)), a, b));
    every(choose(mask, load("i32x4", "classes", i), constant("i32x4", 7)), "decisions");
    every(apply(maximum, "f32x4", a, b));
    every(apply(minimum, "f32x4", a, b));
    every(apply(maximum, "f32x4", a, constant("f32x4", 0)));
  });
  it("accumulators of four lanes", () => {
    compare(
      kernelOf([
        loop("i", int(0), int(6), [
          { kind: "var", name: "s", type: "f32x4", value: constant("f32x4", 0) },
          { kind: "var", name: "t", type: "f32x4", value: constant("f32x4", -1) },
          loop("k", int(0), int(9), [
            {
              kind: "assign",
              name: "s",
              value: apply(
                add,
                "f32x4",
                local("s", "f32x4"),
                apply(
                  multiply,
                  "f32x4",
                  {
                    kind: "splat",
                    type: "f32x4",
                    value: load("f32", "inputs", linear(0, { i: 9, k: 1 })),
                  },
                  load("f32x4", "parameters", linear(0, { k: 4 })),
                ),
              ),
            },
            { kind: "assign", name: "t", value: apply(maximum, "f32x4", local("t", "f32x4"), local("s", "f32x4")) },
          ]),
          store("outputs", linear(0, { i: 8 }), local("s", "f32x4")),
          store("outputs", linear(4, { i: 8 }), local("t", "f32x4")),
        ]),
      ]),
    );
  });
});

describe("the binary", () => {
  const dense = kernelOf([
    loop("i", int(0), local("n", "i32"), [
      { kind: "var", name: "s", type: "f32x4", value: constant("f32x4", 0) },
      loop("k", int(0), int(8), [
        {
          kind: "assign",
          name: "s",
          value: apply(
            add,
            "f32x4",
            local("s", "f32x4"),
            apply(
              multiply,
              "f32x4",
              {
                kind: "splat",
                type: "f32x4",
                value: load("f32", "inputs", linear(0, { i: 8, k: 1 })),
              },
              load("f32x4", "parameters", linear(16, { k: 4 })),
            ),
          ),
        },
      ]),
      store("outputs", linear(0, { i: 4 }), apply(maximum, "f32x4", local("s", "f32x4"), constant("f32x4", 0))),
    ]),
  ]);
  it("is what its text says", () => {
    const layout = layoutMemory({ inputs: 24, parameters: 48, outputs: 12 });
    expect(printWat([{ name: "predict", program: programOf(dense) }], layout)).toMatchInlineSnapshot(`
      "(module
        (import "m" "memory" (memory 1 65536))
        (import "m" "part" (global i32))
        (import "m" "parts" (global i32))
        (import "m" "sleeps" (global i32))
        (export "predict" (func $program_predict))
        (func $kernel (param i32)
          (local i32 i32 i32 i32 i32 i32 v128)
          i32.const 0
          local.set 1
          i32.const 0
          local.set 2
          local.get 1
          local.get 0
          i32.const 5
          i32.shl
          i32.add
          local.set 3
          loop
            i32.const 0
            i32x4.splat
            local.set 7
            local.get 1
            local.set 4
            i32.const 0
            local.set 5
            local.get 4
            i32.const 32
            i32.add
            local.set 6
            loop
              local.get 7
              local.get 4
              v128.load32_splat offset=192
              local.get 5
              v128.load offset=384
              f32x4.mul
              f32x4.add
              local.set 7
              local.get 5
              i32.const 16
              i32.add
              local.set 5
              local.get 4
              i32.const 4
              i32.add
              local.tee 4
              local.get 6
              i32.lt_s
              br_if 0
            end
            local.get 2
            local.get 7
            i32.const 0
            i32x4.splat
            f32x4.pmax
            v128.store offset=512
            local.get 2
            i32.const 16
            i32.add
            local.set 2
            local.get 1
            i32.const 32
            i32.add
            local.tee 1
            local.get 3
            i32.lt_s
            br_if 0
          end)

        (func $barrier
          (local i32 i32)
          global.get 1
          i32.const 1
          i32.le_s
          if
            return
          end
          i32.const 0
          i32.atomic.load offset=128
          local.set 0
          i32.const 0
          i32.const 1
          i32.atomic.rmw.add offset=64
          i32.const 1
          i32.add
          global.get 1
          i32.ge_s
          if
            i32.const 0
            i32.const 0
            i32.atomic.store offset=64
            i32.const 0
            i32.const 1
            i32.atomic.rmw.add offset=128
            drop
            i32.const 0
            i32.atomic.load offset=132
            if
              i32.const 0
              i32.const 1048576
              memory.atomic.notify offset=128
              drop
            end
            return
          end
          i32.const 200000
          local.set 1
          loop
            local.get 1
            i32.const 1
            i32.sub
            local.tee 1
            i32.const 0
            i32.gt_s
            global.get 2
            i32.eqz
            i32.or
            i32.const 0
            i32.atomic.load offset=128
            local.get 0
            i32.eq
            i32.and
            br_if 0
          end
          i32.const 0
          i32.atomic.load offset=128
          local.get 0
          i32.eq
          if
            i32.const 0
            i32.const 1
            i32.atomic.rmw.add offset=132
            drop
            loop
              i32.const 0
              local.get 0
              i64.const -1
              memory.atomic.wait32 offset=128
              drop
              i32.const 0
              i32.atomic.load offset=128
              local.get 0
              i32.eq
              br_if 0
            end
            i32.const 0
            i32.const -1
            i32.atomic.rmw.add offset=132
            drop
          end)

        (func $program_predict (param i32)
          call $barrier
          global.get 0
          i32.eqz
          if
            local.get 0
            call $kernel
          end)
      )
      "
    `);
  });
  it("has equal kernels once", () => {
    const layout = layoutMemory({ inputs: 24, parameters: 48, outputs: 12 });
    const twice = programOf(dense, { ...dense, name: "again" });
    const text = printWat(
      [
        { name: "predict", program: twice },
        { name: "evaluate", program: programOf(dense) },
      ],
      layout,
    );
    // The kernel, the barrier, two programs; two exports.
    expect([...text.matchAll(/\(func /g)]).toHaveLength(4 + 2);
    expect([...text.matchAll(/call \$kernel/g)]).toHaveLength(3);
  });
});

it("counts by addresses only where they are signed numbers, below 2 GiB", () => {
  const rows = 600;
  const far: Kernel = kernelOf([
    loop("i", int(0), int(rows), [store("outputs", linear(0, { i: 2 ** 20 }), constant("f32", 1))]),
  ]);
  const wasm = instantiateWasm([{ name: "test", program: programOf(far) }], { outputs: rows * 2 ** 20 });
  wasm.run("test", 1, 1, () => 0);
  const written = Array.from({ length: rows }, (_, k) => wasm.arrays.outputs![k * 2 ** 20]);
  expect(written).toEqual(Array.from({ length: rows }, () => 1));
});
