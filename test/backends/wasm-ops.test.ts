/** @file Every scalar operation as WebAssembly against its f64 reference: in f32, in f64, on whole numbers, and in four lanes. */
import { describe, expect, it } from "vitest";
import type { ArrayName, Kernel, KernelExpr, LaneType } from "../../src/ir/kernel.js";
import type { ScalarOp, ScalarType } from "../../src/ir/types.js";
import { allOps } from "../../src/ops/index.js";
import { instantiateWasm } from "./wasm-runner.js";

const lanesOf: Readonly<Record<ScalarType, LaneType>> = { f32: "f32x4", f64: "f32x4", i32: "i32x4", bool: "b32x4" };
const arrays: Readonly<Record<ScalarType, { readonly from: ArrayName; readonly to: ArrayName }>> = {
  f32: { from: "inputs", to: "outputs" },
  f64: { from: "metrics", to: "totals" },
  i32: { from: "classes", to: "decisions" },
  bool: { from: "classes", to: "decisions" },
};

/** The op on each row, by a kernel that loops over rows; columns lie one after the other. */
function run(op: ScalarOp, rows: readonly (readonly number[])[], type: ScalarType, lanes: boolean): readonly number[] {
  const count = Math.ceil(rows.length / 4) * 4;
  const types = Array.from({ length: op.arity }, (_, k): ScalarType =>
    op.name === "where" && k === 0 ? "bool" : type,
  );
  const result = op.type(types);
  const typed = (scalar: ScalarType): LaneType => (lanes ? lanesOf[scalar] : scalar);
  const index = (k: number): KernelExpr => ({
    kind: "linear",
    type: "i32",
    constant: k * count,
    terms: [{ name: "i", factor: 1 }],
  });
  const value: KernelExpr = {
    kind: "apply",
    type: typed(result),
    op,
    arguments: types.map((scalar, k) => ({
      kind: "load",
      type: typed(scalar),
      array: arrays[scalar].from,
      index: index(k),
    })),
  };
  const { to } = arrays[result];
  const kernel: Kernel = {
    name: "op",
    origins: [],
    flops: 0,
    body: [
      {
        kind: "for",
        variable: "i",
        from: { kind: "const", type: "i32", value: 0 },
        to: { kind: "const", type: "i32", value: count },
        step: lanes ? 4 : 1,
        body: [{ kind: "store", array: to, index: index(0), value, accumulate: false }],
      },
    ],
  };
  const none = { activations: 0, integers: 0 };
  const program = { name: "op", kernels: [kernel], ...none, lowerBound: none, regions: [] };
  const room = count * op.arity;
  const wasm = instantiateWasm([{ name: "op", program }], {
    inputs: room,
    metrics: room,
    classes: room,
    outputs: count,
    totals: count,
    decisions: count,
  });
  types.forEach((scalar, k) =>
    rows.forEach((row, r) => {
      wasm.arrays[arrays[scalar].from]![k * count + r] = row[k]!;
    }),
  );
  wasm.run("op", 1, 1, () => 0);
  return [...wasm.arrays[to]!.subarray(0, rows.length)];
}

const isLogical = (op: ScalarOp) => ["and", "or", "not"].includes(op.name);
const isWhole = (op: ScalarOp) => op.name === "randomBits" || isLogical(op);
const takesReals = allOps.filter((op) => !isWhole(op));
const named = (ops: readonly ScalarOp[]) => ops.map((op) => [op.name, op] as const);

function agree(op: ScalarOp, got: readonly number[], rows: readonly (readonly number[])[], tolerance: number): void {
  rows.forEach((row, k) => {
    const want = op.reference(...row);
    if (Object.is(got[k], want) || got[k] === want) return;
    const error = Math.abs(got[k]! - want) / Math.max(1, Math.abs(want));
    expect(error, `${op.name}(${row.join()}) = ${got[k]}, want ${want}`).toBeLessThan(tolerance);
  });
}

describe("operations as WebAssembly agree with their definitions", () => {
  for (const lanes of [false, true])
    describe(lanes ? "in four lanes" : "in one lane", () => {
      it.each(named(takesReals))("%s in f32", (_, op) => {
        const samples = op.samples.map((row) => row.map(Math.fround));
        agree(op, run(op, samples, "f32", lanes), samples, op.tolerance ?? 2 ** -22);
      });
      it.each(named(allOps.filter(isWhole)))("%s", (_, op) => {
        agree(op, run(op, op.samples, isLogical(op) ? "bool" : "i32", lanes), op.samples, 0);
      });
    });
  it.each(named(takesReals))("%s in f64", (_, op) => {
    agree(op, run(op, op.samples, "f64", false), op.samples, 1e-10);
  });

  const wholeRows = [
    [7, 3],
    [-7, 3],
    [-8, 4],
    [9, 4],
    [-1, 8],
    [7, -3],
    [123456789, 987654321],
    [2147483647, 1],
    [-2147483648, 2147483647],
    [5, 0],
    [-5, 0],
    [0, 0],
  ];
  const names =
    "add subtract multiply negate floorDivide modulo maximum minimum abs sign equal notEqual less lessEqual greater greaterEqual floor ceil round";
  for (const lanes of [false, true])
    it.each(names.split(" "))(`%s on whole numbers${lanes ? " in four lanes" : ""}`, (name) => {
      const op = allOps.find((candidate) => candidate.name === name)!;
      const got = run(op, wholeRows, "i32", lanes);
      wholeRows.forEach((row, k) => {
        const exact = op.integer ? op.integer(...row) : op.reference(...row);
        expect(got[k], `${name}(${row.join()})`).toBe(exact | 0);
      });
    });
});

describe("nothing traps", () => {
  const extremes = [0, -0, 1, -1, 1e10, -1e10, 3e38, -3e38, Infinity, -Infinity, NaN, 2147483647, -2147483648];
  const rows = extremes.flatMap((a) => extremes.flatMap((b) => [[a, b, 1]]));
  for (const lanes of [false, true])
    it.each(named(allOps))(`%s of anything${lanes ? " in four lanes" : ""}`, (_, op) => {
      const given = rows.map((row) => row.slice(0, op.arity));
      if (!isWhole(op)) run(op, given, "f32", lanes);
      const whole = given.map((row) => row.map((value) => value | 0));
      const onWhole = "add subtract multiply negate floorDivide modulo maximum minimum abs sign less randomBits";
      if (onWhole.split(" ").includes(op.name)) run(op, whole, "i32", lanes);
    });
  it("whole numbers of what is none: NaN is 0, what is beyond is the nearest end", () => {
    const integer = allOps.find(({ name }) => name === "integer")!;
    const given = [[NaN], [Infinity], [-Infinity], [1e20], [-7.9]];
    for (const lanes of [false, true])
      expect(run(integer, given, "f32", lanes)).toEqual([0, 2147483647, -2147483648, 2147483647, -7]);
  });
  it("division of whole numbers by 0", () => {
    const [floorDivide, modulo] = ["floorDivide", "modulo"].map((name) => allOps.find((op) => op.name === name)!);
    expect(run(modulo!, [[7, 0]], "i32", false)).toEqual([0]);
    expect(run(floorDivide!, [[-2147483648, -1]], "i32", false)).toEqual([2147483647]);
  });
  it("maximum and minimum choose by comparison, as defined: a NaN stays only on the left", () => {
    const [maximum, minimum] = ["maximum", "minimum"].map((name) => allOps.find((op) => op.name === name)!);
    const given = [
      [NaN, 1],
      [1, NaN],
      [2, 1],
    ];
    for (const lanes of [false, true])
      for (const type of lanes ? (["f32"] as const) : (["f32", "f64"] as const)) {
        expect(run(maximum!, given, type, lanes)).toEqual([NaN, 1, 2]);
        expect(run(minimum!, given, type, lanes)).toEqual([NaN, 1, 1]);
      }
  });
});
