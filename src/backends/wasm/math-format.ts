/** @file The two float formats as the elementary functions see them: sizes, split constants and the coefficients of their series. */
import type { DoubleOps, FloatOps, LaneOps } from "./math-ops.js";

/** Coefficients of a polynomial, the highest power first. */
export type Series = readonly number[];

export interface Format {
  /** Bits of the significand after the point. */
  readonly fractionBits: number;
  /** The bits of 1. */
  readonly one: bigint;
  /** The bits of sqrt(1/2), rounded. */
  readonly rootHalf: bigint;
  /** Keeps the upper half of a significand, so that products of two such numbers are exact. */
  readonly headMask: bigint;
  /** `1.5 * 2 ^ fractionBits`: added to a small number it leaves the nearest whole number in the low bits. */
  readonly magic: number;
  /** Exponent of 1 less 1. */
  readonly bias: number;
  readonly log2e: number;
  /** log(2) in two parts; products of the first with any exponent are exact. */
  readonly ln2: readonly [number, number];
  /** Beyond these e^x is 0, infinite. */
  readonly expRange: readonly [number, number];
  /** Beyond +-this, tanh(x / 2) is +-1. */
  readonly tanhRange: number;
  /** (e^r - 1 - r) / r^2 for |r| <= log(2) / 2. */
  readonly expSeries: Series;
  /** (log((1 + s) / (1 - s)) - 2 s) / s^3 by s^2, for |s| <= (sqrt(2) - 1) / (sqrt(2) + 1). */
  readonly logSeries: Series;
  readonly twoOverPi: number;
  /** pi / 2 in parts; products of all but the last with whole numbers up to 2^13 (f64: 2^20) are exact. */
  readonly halfPi: readonly number[];
  /** (sin(r) - r) / r^3 and (cos(r) - 1 + r^2 / 2) / r^4 by r^2, for |r| <= pi / 4. */
  readonly sinSeries: Series;
  readonly cosSeries: Series;
  /** (3 atanh(s) / s - 3 - s^2) / s^4 by s^2, for the same s as `logSeries`: logarithms for powers. */
  readonly powerSeries: Series;
  /** 2 / (3 log(2)), and its upper half and the rest. */
  readonly powerScale: readonly [number, number, number];
  /** Beyond these 2^x is 0, infinite. */
  readonly exp2Range: readonly [number, number];
}

/** A format together with a target's operations on it. */
export interface Float<V> {
  readonly ops: FloatOps<V>;
  readonly format: Format;
  /** A constant of the format. */
  number(value: number): V;
  /** A constant of the whole type of the same size. */
  whole(value: bigint): V;
}

/** Coefficients fitted for the least largest error and rounded one by one, the others being fitted again. */
const single: Format = {
  fractionBits: 23,
  one: 0x3f800000n,
  rootHalf: 0x3f3504f3n,
  headMask: -0x1000n,
  magic: 12582912,
  bias: 126,
  log2e: 1.4426950216293335,
  ln2: [0.693145751953125, 1.428606765330187e-6],
  expRange: [-87.3, 89],
  tanhRange: 18.5,
  expSeries: [0.001387069234624505, 0.00836627185344696, 0.04166743531823158, 0.1666654646396637, 0.4999999701976776],
  logSeries: [0.29871460795402527, 0.3997756838798523, 0.6666677594184875],
  twoOverPi: 0.6366197466850281,
  halfPi: [1.5703125, 0.0004837512969970703, 7.549533620476723e-8, 2.5633440682570896e-12],
  sinSeries: [-0.00019517897453624755, 0.008332187309861183, -0.16666655242443085],
  cosSeries: [2.4432327336398885e-5, -0.0013887309469282627, 0.04166664555668831],
  powerSeries: [0.35129591822624207, 0.42820632457733154, 0.6000022888183594],
  powerScale: [0.9617967009544373, 0.961669921875, 0.00012677205086220056],
  exp2Range: [-126, 129],
};

/** Reductions and the series of log, sin and cos as in fdlibm. */
const double: Format = {
  fractionBits: 52,
  one: 0x3ff0000000000000n,
  rootHalf: 0x3fe6a09e667f3bcdn,
  headMask: -0x100000000n,
  magic: 6755399441055744,
  bias: 1022,
  log2e: 1.4426950408889634,
  ln2: [0.6931471803691238, 1.9082149292705877e-10],
  expRange: [-708.3, 710],
  tanhRange: 40,
  // prettier-ignore
  expSeries: [
    2.0914717341716378e-9, 2.5105259538448494e-8, 2.755727357010214e-7, 2.7557255297969643e-6, 2.4801587325605324e-5, 0.0001984126987490126,
    0.001388888888888373, 0.008333333333326112, 0.04166666666666667, 0.1666666666666667, 0.5,
  ],
  // prettier-ignore
  logSeries: [
    0.14798198605116586, 0.15313837699209373, 0.1818357216161805, 0.22222198432149784, 0.2857142874366239, 0.3999999999940942,
    0.6666666666666735,
  ],
  twoOverPi: 0.6366197723675814,
  halfPi: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21],
  // prettier-ignore
  sinSeries: [
    1.58969099521155010221e-10, -2.50507602534068634195e-8, 2.75573137070700676789e-6, -1.98412698298579493134e-4,
    8.33333333332248946124e-3, -1.66666666666666324348e-1,
  ],
  // prettier-ignore
  cosSeries: [
    -1.13596475577881948265e-11, 2.08757232129817482790e-9, -2.75573143513906633035e-7, 2.48015872894767294178e-5,
    -1.38888888888741095749e-3, 4.16666666666666019037e-2,
  ],
  // prettier-ignore
  powerSeries: [
    0.1758553353547384, 0.17559281279968192, 0.2000220977595825, 0.23076892393476164, 0.2727272750356008, 0.3333333333248175,
    0.42857142857144054, 0.6,
  ],
  powerScale: [0.9617966939259756, 0.9617962837219238, 4.102040517767816e-7],
  exp2Range: [-1022, 1025],
};

export const singleFloat = <V>(ops: LaneOps<V>): Float<V> => ({
  ops,
  format: single,
  number: (value) => ops.f32(value),
  whole: (value) => ops.i32(Number(value)),
});

export const doubleFloat = <V>(ops: DoubleOps<V>): Float<V> => ({
  ops,
  format: double,
  number: (value) => ops.f64(value),
  whole: (value) => ops.i64(value),
});

/** By Horner's rule; for a series of one it is a constant. */
export function polynomial<V>({ ops, number }: Float<V>, x: V, series: Series): V {
  let sum = number(series[0]!);
  for (const coefficient of series.slice(1)) sum = ops.add(ops.multiply(sum, x), number(coefficient));
  return sum;
}

export function clamp<V>({ ops, number }: Float<V>, x: V, [low, high]: readonly [number, number]): V {
  return ops.min(ops.max(x, number(low)), number(high));
}
