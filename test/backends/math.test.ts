/** @file The printed elementary functions: error on dense grids, special values, other engines' bits. */
import { describe, expect, it } from "vitest";
import { mathNames, printMath } from "../../src/backends/typescript/math.js";
import { erf, inverseErf } from "../../src/ops/index.js";

const functions = [
  "Exp",
  "Log",
  "Log1p",
  "Expm1",
  "Tanh",
  "Sin",
  "Cos",
  "Erf",
  "InverseErf",
  "Power",
  "Round",
  "Modulo",
];
const names = functions.map((name) => `math${name}`);
const text = printMath(names.join(" "), { types: false });
const math = new Function(`"use strict";\n${text}\nreturn { ${names.join(", ")} };`)() as Record<
  string,
  (...arguments_: number[]) => number
>;

function* grid(from: number, to: number, count: number): Generator<number> {
  for (let k = 0; k <= count; k++) yield from + ((to - from) * k) / count;
}
/** Largest |mine - theirs| / max(least, |theirs|). */
function worst(name: string, reference: (x: number) => number, points: Iterable<number>, least = 0): number {
  let largest = 0;
  for (const x of points) {
    const want = reference(x);
    const got = math[`math${name}`]!(x);
    if (Object.is(got, want)) continue;
    largest = Math.max(largest, Math.abs(got - want) / Math.max(least, Math.abs(want)));
  }
  return largest;
}

describe("elementary functions", () => {
  it.each<[string, (x: number) => number, number, number, number, number]>([
    ["Exp", Math.exp, -700, 700, 1e-15, 0],
    ["Exp", Math.exp, -1, 1, 4e-16, 0],
    ["Log", Math.log, 1e-8, 4, 1e-15, 0],
    ["Log", Math.log, 1e-3, 1e9, 1e-15, 0],
    ["Log1p", Math.log1p, -0.999, 3, 2e-15, 0],
    ["Log1p", Math.log1p, -1e-6, 1e-6, 2e-15, 0],
    ["Expm1", Math.expm1, -40, 40, 2e-15, 0],
    ["Expm1", Math.expm1, -1e-6, 1e-6, 2e-15, 0],
    ["Tanh", Math.tanh, -25, 25, 4e-16, 1],
    ["Tanh", Math.tanh, -1e-5, 1e-5, 4e-16, 1],
    ["Sin", Math.sin, -100, 100, 1e-15, 1],
    ["Cos", Math.cos, -100, 100, 1e-15, 1],
    ["Sin", Math.sin, -1e5, 1e5, 1e-14, 1],
    ["Erf", erf.reference, -6.5, 6.5, 3e-15, 0],
    ["Erf", erf.reference, -0.6, 0.6, 2e-15, 0],
    ["InverseErf", inverseErf.reference, -0.99999, 0.99999, 1e-9, 0],
  ])("%s against its definition, range %#", (name, reference, from, to, bound, least) => {
    expect(worst(name, reference, grid(from, to, 100_003), least)).toBeLessThan(bound);
  });
  it("powers", () => {
    let largest = 0;
    for (const a of grid(0.01, 30, 200))
      for (const b of grid(-8, 8, 160)) {
        const want = a ** b;
        largest = Math.max(largest, Math.abs(math.mathPower!(a, b) - want) / want);
      }
    expect(largest).toBeLessThan(1e-14);
    const power = (a: number, b: number) => math.mathPower!(a, b);
    expect([power(-2, 3), power(-2, 2), power(-2, -1), power(0, 0), power(0, 2), power(3, 1)]).toEqual([
      -8, 4, -0.5, 1, 0, 3,
    ]);
    expect(power(-2, 0.5)).toBeNaN();
    expect(power(0, 0.5)).toBe(0);
    expect(power(0, -0.5)).toBe(Infinity);
    expect(power(-1, 2001)).toBe(-1);
  });
  it("special values", () => {
    const { mathExp, mathLog, mathLog1p, mathExpm1, mathTanh, mathSin, mathErf, mathInverseErf, mathRound } = math as {
      [name: string]: (x: number) => number;
    };
    expect([mathExp!(Infinity), mathExp!(-Infinity), mathExp!(0), mathExp!(800), mathExp!(-800)]).toEqual([
      Infinity,
      0,
      1,
      Infinity,
      0,
    ]);
    expect(mathExp!(-740)).toBeCloseTo(Math.exp(-740), 322);
    expect(mathExp!(709.4)).toBeLessThan(Infinity);
    expect([mathLog!(0), mathLog!(1), mathLog!(Infinity), mathLog!(5e-324)]).toEqual([
      -Infinity,
      0,
      Infinity,
      Math.log(5e-324),
    ]);
    expect(mathLog!(-1)).toBeNaN();
    expect([mathLog1p!(-1), mathLog1p!(Infinity), mathLog1p!(0)]).toEqual([-Infinity, Infinity, 0]);
    expect([mathExpm1!(Infinity), mathExpm1!(-Infinity), mathExpm1!(0)]).toEqual([Infinity, -1, 0]);
    expect([mathTanh!(Infinity), mathTanh!(-Infinity), mathTanh!(0)]).toEqual([1, -1, 0]);
    expect([mathErf!(Infinity), mathErf!(-Infinity), mathErf!(0)]).toEqual([1, -1, 0]);
    expect([mathInverseErf!(1), mathInverseErf!(-1), mathInverseErf!(0)]).toEqual([Infinity, -Infinity, 0]);
    expect([0.5, 1.5, -2.5, -1.2, 2.75].map((x) => mathRound!(x))).toEqual([0, 2, -2, -1, 3]);
    for (const name of names) expect(math[name]!(NaN, 1), name).toBeNaN();
    expect(mathSin!(Infinity)).toBeNaN();
  });
  it("prints what is used and nothing else, with types if asked", () => {
    expect(printMath("mathSin(x)", { types: true })).toContain(
      "function mathCircle(x: number, quarter: number): number",
    );
    expect(printMath("mathSin(x)", { types: true })).not.toContain("mathExp");
    expect(printMath("a[0] = 1", { types: false })).toBe("");
    const declared = [...printMath(mathNames.join(" "), { types: false }).matchAll(/(?:function|^const) (\w+)/gm)];
    expect([...new Set(declared.map(([, name]) => name!))].sort()).toEqual([...mathNames].sort());
  });
  it("calls no function of Math that the specification leaves open", () => {
    const used = new Set(
      [...printMath(mathNames.join(" "), { types: true }).matchAll(/Math\.(\w+)/g)].map(([, f]) => f!),
    );
    expect([...used].sort()).toEqual(["abs", "floor", "imul", "max", "min", "sqrt"]);
  });
});
