/** @file The numerical functions of the wasm back end: stated errors, special values, and the same bits in wasm's one and four lanes. */
import { describe, expect, it } from "vitest";
import { doubleFunctions, laneFunctions } from "../../src/backends/wasm/math.js";
import { allOps } from "../../src/ops/index.js";
import { counting, doubleOps, singleOps } from "./wasm-math-ops.js";
import { wasmMath } from "./wasm-math-module.js";

const single = singleOps();
const double = doubleOps();
const inSingle = (name: string, ...x: number[]): number => laneFunctions[name]!(single, ...x);
const inDouble = (name: string, ...x: number[]): number => doubleFunctions[name]!(double, ...x) as number;
const reference = (name: string): ((...x: number[]) => number) => allOps.find((op) => op.name === name)!.reference;

/** The same draws at every run. */
function* uniform(from: number, to: number, count: number): Generator<number> {
  let state = 1;
  for (let k = 0; k < count; k++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield from + ((to - from) * (k + state / 2 ** 32)) / count;
  }
}
/** Numbers of all sizes between 2^from and 2^to, with both signs. */
function* sizes(from: number, to: number, count: number): Generator<number> {
  for (const exponent of uniform(from, to, count)) yield* [2 ** exponent, -(2 ** exponent)];
}

/** Distance between neighbours at x; `least` is the exponent of the least normal number. */
function ulp(x: number, fraction: number, least: number): number {
  let exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), least);
  if (2 ** exponent > Math.abs(x)) exponent = Math.max(exponent - 1, least);
  return 2 ** (exponent - fraction);
}
/** Largest error in ulp; an error below `absolute` of 1 counts as none. */
function worst(name: string, points: Iterable<number>, type: "f32" | "f64", absolute = 0): number {
  const [compute, exact] = [type === "f32" ? inSingle : inDouble, reference(name)];
  let largest = 0;
  for (const point of points) {
    const x = type === "f32" ? Math.fround(point) : point;
    const [got, want] = [compute(name, x), exact(x)];
    if (got === want || Math.abs(got - want) < absolute) continue;
    const error = Math.abs(got - want) / (type === "f32" ? ulp(want, 23, -126) : ulp(want, 52, -1022));
    if (!(error <= largest)) largest = error;
    if (Number.isNaN(error)) return NaN;
  }
  return largest;
}

describe("f32 functions, errors in ulp", () => {
  it.each<[string, number, number, number]>([
    ["exp", -86.9, 88.7, 1.3],
    ["expm1", -87, 88.7, 1.8],
    ["expm1", -2, 2, 1.8],
    ["tanh", -10, 10, 2.3],
    ["log", 0.5, 2, 1],
    ["log1p", -0.9999, 4, 1],
    ["sin", -1000, 1000, 1.7],
    ["cos", -1000, 1000, 1.7],
    ["sin", -12000, 12000, 2.6],
    ["cos", -12000, 12000, 2.6],
    ["erf", -1, 1, 3.8],
    ["erf", -5, 5, 7],
    ["inverseErf", -1, 1, 3.8],
  ])("%s on [%d, %d]: %d", (name, from, to, bound) => {
    const count = name === "erf" || name === "inverseErf" ? 5_000 : 60_000;
    expect(worst(name, uniform(from, to, count), "f32")).toBeLessThan(bound);
  });
  it.each<[string, number, number, number]>([
    ["exp", -126, 6, 1.3],
    ["expm1", -126, 6, 1.8],
    ["tanh", -126, 127, 2.3],
    ["sin", -126, 0, 1.3],
    ["cos", -126, 0, 1.3],
    ["erf", -120, 10, 7],
    ["inverseErf", -120, -0.001, 3.8],
  ])("%s on +-2^%d .. 2^%d: %d", (name, from, to, bound) => {
    const count = name === "erf" || name === "inverseErf" ? 3_000 : 30_000;
    expect(worst(name, sizes(from, to, count), "f32")).toBeLessThan(bound);
  });
  it("log and log1p at every size", () => {
    const positive = [...sizes(-126, 127.99, 30_000)].filter((x) => x > 0);
    expect(worst("log", positive, "f32")).toBeLessThan(1);
    expect(worst("log1p", positive, "f32")).toBeLessThan(1);
    expect(worst("log1p", sizes(-126, -0.0001, 30_000), "f32")).toBeLessThan(1);
  });
  it("sin and cos stay bounded where they are no longer exact", () => {
    expect(worst("sin", uniform(-1e5, 1e5, 50_000), "f32", 3e-6)).toBe(0);
    for (const x of sizes(16, 127, 5_000))
      for (const name of ["sin", "cos"]) expect(Math.abs(inSingle(name, Math.fround(x)))).toBeLessThanOrEqual(1);
  });
  it("power", () => {
    let largest = 0;
    for (const logarithm of [...sizes(-6, 6.9, 10_000), ...sizes(-24, 0, 10_000)])
      for (const size of [0.37, -5.1, 77.7, -125]) {
        const a = Math.fround(2 ** logarithm);
        const b = Math.fround(size / Math.log2(a));
        const [got, want] = [inSingle("power", a, b), a ** b];
        if (Number.isFinite(b)) largest = Math.max(largest, Math.abs(got - want) / ulp(want, 23, -126));
      }
    expect(largest).toBeLessThan(1.4);
  });
});

describe("f64 functions, errors in ulp", () => {
  it.each<[string, number, number, number]>([
    ["exp", -707, 709.7, 2],
    ["exp", -1, 1, 2],
    ["log", 1e-6, 4, 1.5],
    ["log", 1e3, 1e300, 1.5],
    ["log1p", -0.9999, 4, 2],
    ["expm1", -2, 2, 3],
    ["expm1", -40, 700, 3],
    ["tanh", -25, 25, 4],
    ["erf", -3, 3, 20],
  ])("%s on [%d, %d]: %d", (name, from, to, bound) => {
    expect(worst(name, uniform(from, to, 20_000), "f64")).toBeLessThan(bound);
  });
  it("sin and cos, relative to 1", () => {
    for (const name of ["sin", "cos"]) expect(worst(name, uniform(-1e6, 1e6, 50_000), "f64", 3e-16)).toBe(0);
  });
  it("inverseErf undoes erf", () => {
    for (const y of uniform(-0.9999, 0.9999, 2000))
      expect(Math.abs(inDouble("erf", inDouble("inverseErf", y)) - y)).toBeLessThan(2e-15);
  });
  it("power, also of decays raised to the step", () => {
    let largest = 0;
    const measure = (a: number, b: number) => {
      const [got, want] = [inDouble("power", a, b), a ** b];
      largest = Math.max(largest, Math.abs(got - want) / ulp(want, 52, -1022));
    };
    for (const logarithm of sizes(-20, 8, 10_000))
      for (const size of [0.37, -5.1, 77.7, -1000]) measure(2 ** logarithm, size / Math.log2(2 ** logarithm));
    for (let step = 1; step <= 100_000; step += 7)
      for (const beta of [0.9, 0.99, 0.999]) if (beta ** step > 1e-307) measure(beta, step);
    measure(0.999, 100_000);
    // Of which V8's own power may have 1; it has hundreds where the exponent is above 2^31.
    expect(largest).toBeLessThan(3);
  });
});

const unusual = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 100, -100, 1e30, -1e30, Infinity, -Infinity, NaN];

/** Equal, or close for finite numbers; below 1e-37 counts as 0. */
function agrees(got: number, want: number, relative: number): boolean {
  if (!Number.isFinite(want)) return Object.is(got, want);
  return Math.abs(got - want) <= Math.max(1e-37, relative * Math.abs(want));
}

describe("special values", () => {
  const unary = Object.keys(doubleFunctions).filter((name) => !["power", "modulo", "floorDivide"].includes(name));
  it.each(unary)("%s", (name) => {
    for (const x of unusual) {
      // Too large to be exact.
      if ((name === "sin" || name === "cos") && Math.abs(x) === 1e30) continue;
      const want = reference(name)(x);
      const [inF32, inF64] = [inSingle(name, Math.fround(x)), inDouble(name, x)];
      expect(agrees(inF32, Math.fround(want), 5e-7), `f32 ${name}(${x}) = ${inF32}, not ${want}`).toBe(true);
      expect(agrees(inF64, want, 2e-15), `f64 ${name}(${x}) = ${inF64}, not ${want}`).toBe(true);
    }
  });
  it("power", () => {
    for (const a of unusual)
      for (const b of unusual) {
        const isExcepted = a === -Infinity && Number.isFinite(b) && Math.floor(b) !== b;
        const want = isExcepted ? NaN : a ** b;
        const [inF32, inF64] = [inSingle("power", Math.fround(a), Math.fround(b)), inDouble("power", a, b)];
        expect(agrees(inF32, Math.fround(want), 5e-7), `f32 ${a} ** ${b} = ${inF32}, not ${want}`).toBe(true);
        expect(agrees(inF64, want, 2e-15), `f64 ${a} ** ${b} = ${inF64}, not ${want}`).toBe(true);
      }
  });
  it("exact where models rely on it", () => {
    expect(inSingle("exp", 0)).toBe(1);
    expect(inSingle("exp", -100)).toBe(0);
    expect(inSingle("exp", 88.73)).toBe(Infinity);
    expect(inSingle("tanh", 9.1)).toBe(1);
    expect(inSingle("log", 1)).toBe(0);
    for (const x of uniform(2, 5, 20_000)) expect(inSingle("erf", Math.fround(x))).toBeLessThanOrEqual(1);
    for (const x of uniform(0, 10, 1000))
      expect(inSingle("tanh", -Math.fround(x))).toBe(-inSingle("tanh", Math.fround(x)));
  });
  it("random bits are the compiler's, to the bit", () => {
    for (let k = 0; k < 1000; k++) {
      const [key, row, element] = [Math.imul(k, 0x9e3779b1), k % 37, Math.imul(k, k)];
      expect(inSingle("randomBits", key, row, element)).toBe(reference("randomBits")(key, row, element));
    }
  });
});

describe("in WebAssembly", () => {
  const wasm = wasmMath();
  const points = [...unusual, ...sizes(-130, 40, 80), ...uniform(-10, 10, 80), ...uniform(-1, 1, 40)];
  it.each(Object.keys(laneFunctions))("%s: one lane, four lanes and these tests have the same bits", (name) => {
    const arity = wasm.arity(name);
    points.forEach((_, k) => {
      const from = (shift: number): number => {
        const x = points[(k + shift * 7) % points.length]!;
        return name === "randomBits" ? x | 0 : Math.fround(x);
      };
      const rows = [0, 1, 2, 3].map((lane) => Array.from({ length: arity }, (_, a) => from(lane + 5 * a)));
      const want = rows.map((row) => inSingle(name, ...row));
      expect(rows.map((row) => wasm.single(name, row))).toEqual(want);
      expect(wasm.lanes(name, rows)).toEqual(want);
    });
  });
  it.each(Object.keys(doubleFunctions))("%s in f64: the same bits", (name) => {
    points.forEach((point, k) => {
      const row = [point, points[(k + 31) % points.length]!].slice(0, wasm.arity(name));
      expect(wasm.double(name, row)).toEqual(inDouble(name, ...row));
    });
  });
});

it("says how many operations and constants a function has", () => {
  const sizesOf = (name: string, ...x: number[]): readonly number[] => {
    const counter = { operations: 0, constants: new Set<number | bigint>() };
    laneFunctions[name]!(counting(singleOps(), counter), ...x);
    return [counter.operations, counter.constants.size];
  };
  expect({
    exp: sizesOf("exp", 1),
    expm1: sizesOf("expm1", 1),
    tanh: sizesOf("tanh", 1),
    log: sizesOf("log", 1),
    log1p: sizesOf("log1p", 1),
    sin: sizesOf("sin", 1),
    erf: sizesOf("erf", 1),
    inverseErf: sizesOf("inverseErf", 0.5),
    power: sizesOf("power", 2, 3),
  }).toEqual({
    exp: [23, 12],
    expm1: [25, 12],
    tanh: [28, 12],
    log: [30, 13],
    log1p: [38, 13],
    sin: [38, 18],
    erf: [27, 15],
    inverseErf: [75, 34],
    power: [111, 25],
  });
});
