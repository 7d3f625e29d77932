/**
 * @file Elementary functions as source text, printed into a module when its kernels call them. They use only operations that
 * ECMAScript defines exactly (+ - * /, comparisons, Math.floor, bits), so every engine computes the same bits.
 *
 * Largest error seen against Math.* on the ranges that the tests walk, relative to the result: exp, log 1e-15; log1p, expm1, erf
 * 3e-15; power 1e-14; inverseErf 1e-9 up to 0.99999. Absolute: tanh 3e-16; sin, cos 1e-15 for |x| < 100, 1e-14 for |x| < 1e5.
 */
import { exponential, hyperbolicTangent, logarithm } from "./math-inline.js";

interface Helper {
  readonly text: string;
  /** Helpers and constants that it uses. */
  readonly needs: readonly string[];
}

/** `2 ^ k` at k + 1076, for k in -1076 .. 1024: the smallest are 0, the largest is Infinity. */
const powers = `const mathPowers = /* @__PURE__ */ mathMakePowers();
function mathMakePowers(): Float64Array {
  const powers = new Float64Array(2101);
  powers[1076] = 1;
  for (let k = 1077; k < 2101; k++) powers[k] = powers[k - 1]! * 2;
  for (let k = 1075; k >= 0; k--) powers[k] = powers[k + 1]! / 2;
  return powers;
}
`;

const written = (head: string, lines: readonly string[], result: string): string =>
  `${head} {\n${[...lines, `return ${result};`].map((line) => `  ${line}\n`).join("")}}\n`;

const exp = written("function mathExp(x: number): number", exponential("e", "x", "!"), "e");

/** The bits of a double, as two words; little-endian, as every engine is. */
const bits = `const mathBits = /* @__PURE__ */ new Float64Array(1);
const mathWords = /* @__PURE__ */ new Int32Array(mathBits.buffer);
`;

const log = written("function mathLog(x: number): number", logarithm("y", "x", "!"), "y");

/** log(u) x / (u - 1) with u = 1 + x: the rounding of u cancels (Kahan). */
const log1p = `function mathLog1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  if (u === Infinity) return u;
  return (mathLog(u) * x) / (u - 1);
}
`;

/** Taylor's series where e^x - 1 would cancel. */
const expm1 = `function mathExpm1(x: number): number {
  if (!(Math.abs(x) < 0.5)) return mathExp(x) - 1;
  let sum = 7.647163731819816e-13;
  sum = sum * x + 1.1470745597729725e-11;
  sum = sum * x + 1.6059043836821613e-10;
  sum = sum * x + 2.08767569878681e-9;
  sum = sum * x + 2.505210838544172e-8;
  sum = sum * x + 2.755731922398589e-7;
  sum = sum * x + 2.7557319223985893e-6;
  sum = sum * x + 2.48015873015873e-5;
  sum = sum * x + 0.0001984126984126984;
  sum = sum * x + 0.001388888888888889;
  sum = sum * x + 0.008333333333333333;
  sum = sum * x + 0.041666666666666664;
  sum = sum * x + 0.16666666666666666;
  sum = sum * x + 0.5;
  return x + x * x * sum;
}
`;

const tanh = written("function mathTanh(x: number): number", hyperbolicTangent("y", "x", "!"), "y");

/** x = q pi/2 + r with |r| <= pi/4 (pi/2 in three parts), then Taylor's series of sine or cosine. */
const circle = `function mathCircle(x: number, quarter: number): number {
  if (!(Math.abs(x) < Infinity)) return NaN;
  const q = Math.floor(x * 0.6366197723675814 + 0.5);
  const r = x - q * 1.5707963267341256 - q * 6.077100506303966e-11 - q * 2.0222662487959506e-21;
  const t = r * r;
  const turn = (q + quarter) & 3;
  let sum: number;
  if ((turn & 1) === 0) {
    sum = 2.8114572543455206e-15;
    sum = sum * t - 7.647163731819816e-13;
    sum = sum * t + 1.6059043836821613e-10;
    sum = sum * t - 2.505210838544172e-8;
    sum = sum * t + 2.7557319223985893e-6;
    sum = sum * t - 0.0001984126984126984;
    sum = sum * t + 0.008333333333333333;
    sum = sum * t - 0.16666666666666666;
    sum = r + r * t * sum;
  } else {
    sum = 4.779477332387385e-14;
    sum = sum * t - 1.1470745597729725e-11;
    sum = sum * t + 2.08767569878681e-9;
    sum = sum * t - 2.755731922398589e-7;
    sum = sum * t + 2.48015873015873e-5;
    sum = sum * t - 0.001388888888888889;
    sum = sum * t + 0.041666666666666664;
    sum = 1 - (0.5 * t - t * t * sum);
  }
  return turn > 1 ? -sum : sum;
}
`;
const sin = `function mathSin(x: number): number {
  return mathCircle(x, 0);
}
`;
const cos = `function mathCos(x: number): number {
  return mathCircle(x, 1);
}
`;

/** Taylor's series below 1/2, else 1 - e^(-x^2) p(4 / (4 + x)) with p fitted on 1/2 .. 6 to 1e-16. */
const erf = `function mathErf(x: number): number {
  const size = Math.abs(x);
  const t = x * x;
  let sum: number;
  if (size < 0.5) {
    sum = 9.422759064650411e-11;
    sum = sum * t - 1.2290555301717928e-9;
    sum = sum * t + 1.4807192815879218e-8;
    sum = sum * t - 1.6365844691234924e-7;
    sum = sum * t + 1.6462114365889248e-6;
    sum = sum * t - 1.492565035840625e-5;
    sum = sum * t + 0.00012055332981789664;
    sum = sum * t - 0.0008548327023450853;
    sum = sum * t + 0.005223977625442188;
    sum = sum * t - 0.026866170645131252;
    sum = sum * t + 0.11283791670955126;
    sum = sum * t - 0.37612638903183754;
    sum = sum * t + 1.1283791670955126;
    return x * sum;
  }
  if (!(size < 6)) return x > 0 ? 1 : x < 0 ? -1 : x;
  const u = 4 / (4 + size);
  sum = -0.035876344912964965;
  sum = sum * u + 0.3617518115947215;
  sum = sum * u - 1.5965125899758785;
  sum = sum * u + 4.101504927953443;
  sum = sum * u - 7.038573400985402;
  sum = sum * u + 8.825011345062105;
  sum = sum * u - 8.209181948522216;
  sum = sum * u + 6.018928837318331;
  sum = sum * u - 3.257056621419297;
  sum = sum * u + 1.5528324672150546;
  sum = sum * u - 0.37309533173544396;
  sum = sum * u + 0.2518897560909678;
  sum = sum * u + 0.11353489428918367;
  sum = sum * u + 0.1440229010591002;
  sum = sum * u + 0.14081051085297208;
  sum = sum * u + 8.786157554580599e-6;
  sum = 1 - mathExp(-t) * sum;
  return x < 0 ? -sum : sum;
}
`;

/** Winitzki's approximation, then Halley's steps on erf. */
const inverseErf = `function mathInverseErf(y: number): number {
  if (!(Math.abs(y) < 1)) return Math.abs(y) === 1 ? y * Infinity : NaN;
  const log = mathLog1p(-y * y);
  const half = 4.330746750799873 + log / 2;
  let x = Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  if (y < 0) x = -x;
  for (let k = 0; k < 3; k++) {
    const step = (mathErf(x) - y) * mathExp(x * x) * 0.886226925452758;
    x -= step / (1 + x * step);
  }
  return x;
}
`;

/** Whole exponents by repeated squaring, others by e^(b log a); NaN for a negative base and a fractional exponent. */
const power = `function mathPower(a: number, b: number): number {
  if (b === 0) return 1;
  const size = Math.abs(b);
  if (size <= 1024 && Math.floor(b) === b) {
    let result = 1;
    let square = a;
    for (let k = size; k > 0; k = k >> 1) {
      if ((k & 1) === 1) result *= square;
      square *= square;
    }
    return b < 0 ? 1 / result : result;
  }
  if (a === 0) return b > 0 ? 0 : Infinity;
  const result = mathExp(b * mathLog(Math.abs(a)));
  if (!(a < 0)) return a > 0 ? result : NaN;
  if (Math.floor(b) !== b) return NaN;
  return b % 2 === 0 ? result : -result;
}
`;

/** To the nearest whole number, halves to even: beyond 2^51 doubles have at most halves left. */
const round = `function mathRound(x: number): number {
  return Math.abs(x) < 2251799813685248 ? x + 6755399441055744 - 6755399441055744 : x;
}
`;
const modulo = `function mathModulo(a: number, b: number): number {
  return a - b * Math.floor(a / b);
}
`;

/** 24 random bits by key, row and element, as in the compiler's \`ir/draws.ts\`. */
const randomBits = `function mathMix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
function mathRandomBits(key: number, row: number, element: number): number {
  const ofRow = mathMix((key + Math.imul(row, 0x9e3779b1)) | 0);
  return mathMix((ofRow + Math.imul(element, 0xb504f333)) | 0) >>> 8;
}
`;

const helpers: Readonly<Record<string, Helper>> = {
  mathPowers: { text: powers, needs: [] },
  mathExp: { text: exp, needs: ["mathPowers"] },
  mathBits: { text: bits, needs: [] },
  mathLog: { text: log, needs: ["mathBits"] },
  mathLog1p: { text: log1p, needs: ["mathLog"] },
  mathExpm1: { text: expm1, needs: ["mathExp"] },
  mathTanh: { text: tanh, needs: ["mathPowers"] },
  mathCircle: { text: circle, needs: [] },
  mathSin: { text: sin, needs: ["mathCircle"] },
  mathCos: { text: cos, needs: ["mathCircle"] },
  mathErf: { text: erf, needs: ["mathExp"] },
  mathInverseErf: { text: inverseErf, needs: ["mathErf", "mathLog1p", "mathExp"] },
  mathPower: { text: power, needs: ["mathExp", "mathLog"] },
  mathRound: { text: round, needs: [] },
  mathModulo: { text: modulo, needs: [] },
  mathRandomBits: { text: randomBits, needs: [] },
};

/** Every top-level name that `printMath` may declare. */
export const mathNames: readonly string[] = [...Object.keys(helpers), "mathMakePowers", "mathWords", "mathMix"];

/** The functions that the kernels' text calls, and what those need. */
export function printMath(kernels: string, options: { readonly types: boolean }): string {
  const used = new Set<string>();
  const want = (name: string) => {
    if (used.has(name)) return;
    used.add(name);
    for (const need of helpers[name]!.needs) want(need);
  };
  for (const [name] of kernels.matchAll(/\bmath[A-Z]\w*/g)) if (name in helpers) want(name);
  const text = Object.entries(helpers)
    .filter(([name]) => used.has(name))
    .map(([, { text }]) => text)
    .join("\n");
  return options.types ? text : text.replaceAll(/: (number|Float64Array)\b/g, "").replaceAll("]!", "]");
}
