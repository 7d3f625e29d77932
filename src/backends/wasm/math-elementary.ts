/**
 * @file Exponentials, logarithms, tanh, sine and cosine, for f32 lanes and f64 scalars alike.
 *
 * Largest error seen, in ulp of the result, and operations and constants in f32:
 *
 *              f32    f64   operations  constants
 *   exp        1.2     1       23          12
 *   expm1      1.6     2       25          12
 *   tanh       2.1     2       28          12
 *   log        0.8     1       30          13
 *   log1p      0.8     1       38          13
 *   sin, cos   1.6     1       39          18
 *
 * sin and cos: so for |x| < 1e3 (f64: 1e5); 2.4 for |x| < 12,000 (f64: 2 for |x| < 1e6, and near their zeros less exact than relative
 * to the result). Beyond, the absolute error grows with |x|, 2e-6 at 1e5, until no digit is left; results stay within [-1, 1].
 *
 * -0 counts as 0, except that tanh keeps its sign.
 */
import { clamp, polynomial, type Float } from "./math-format.js";

/** x = k log(2) + r with |r| <= log(2) / 2; `half` is 2^(k - 1), 0 where that is not normal. */
function reduce<V>({ ops, format, number }: Float<V>, x: V): { readonly r: V; readonly half: V } {
  const magic = number(format.magic + format.bias);
  const shifted = ops.add(ops.multiply(x, number(format.log2e)), magic);
  const k = ops.subtract(shifted, magic);
  const [high, low] = format.ln2;
  const r = ops.subtract(ops.subtract(x, ops.multiply(k, number(high))), ops.multiply(k, number(low)));
  return { r, half: powerOfTwo({ ops, format }, shifted) };
}
/** 2^(k - 1) from `k + magic + bias`. */
function powerOfTwo<V>({ ops, format }: Pick<Float<V>, "ops" | "format">, shifted: V): V {
  return ops.asFloat(ops.shiftLeft(ops.asInt(shifted), format.fractionBits));
}
/** 2 e^r for |r| <= log(2) / 2. */
function twiceExponential<V>(float: Float<V>, r: V): V {
  return polynomial(float, r, [...float.format.expSeries.map((coefficient) => 2 * coefficient), 2, 2]);
}

/** 0 below 1.7e-38 (f64: 3.1e-308): there is no gradual underflow. Infinity above log of the largest number. */
export function exp<V>(float: Float<V>, x: V): V {
  const { r, half } = reduce(float, clamp(float, x, float.format.expRange));
  return float.ops.multiply(twiceExponential(float, r), half);
}

/** 2^(k + f) for a whole k and |f| <= 1/2. */
export function exp2<V>(float: Float<V>, k: V, f: V): V {
  const { ops, format, number } = float;
  const half = powerOfTwo(float, ops.add(k, number(format.magic + format.bias)));
  return ops.multiply(twiceExponential(float, ops.multiply(f, number(format.ln2[0] + format.ln2[1]))), half);
}

/** (e^x - 1) / 2 within `expRange`: 2^(k - 1) (e^r - 1) + (2^(k - 1) - 1/2), exact in its second part where the first is small. */
function halfExpm1<V>(float: Float<V>, x: V): V {
  const { ops, format, number } = float;
  const { r, half } = reduce(float, x);
  const tail = ops.multiply(ops.multiply(r, r), polynomial(float, r, format.expSeries));
  return ops.add(ops.multiply(half, ops.add(r, tail)), ops.subtract(half, number(0.5)));
}

export function expm1<V>(float: Float<V>, x: V): V {
  const result = halfExpm1(float, clamp(float, x, float.format.expRange));
  return float.ops.add(result, result);
}

/** (e^2x - 1) / (e^2x + 1) for x >= 0, with the sign of x. */
export function tanh<V>(float: Float<V>, x: V): V {
  const { ops, format, number } = float;
  const size = ops.abs(x);
  const half = halfExpm1(float, ops.min(ops.add(size, size), number(format.tanhRange)));
  return ops.copySign(ops.divide(half, ops.add(half, number(1))), x);
}

/**
 * log(x) + low / x: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)], and log(1 + f) by s = f / (2 + f). -Infinity at 0, NaN below.
 * A subnormal x counts as some number in [2^-127, 2^-126] (f64: [2^-1023, 2^-1022]): the result is finite, and still increases with x.
 */
function logarithm<V>(float: Float<V>, x: V, low: V | undefined): V {
  const { ops, format, number } = float;
  const { k, m } = split(float, x);
  const f = ops.subtract(m, number(1));
  const s = ops.divide(f, ops.add(f, number(2)));
  const z = ops.multiply(s, s);
  const tail = ops.multiply(z, polynomial(float, z, format.logSeries));
  const half = ops.multiply(ops.multiply(f, number(0.5)), f);
  let small = ops.multiply(k, number(format.ln2[1]));
  if (low !== undefined) small = ops.add(small, ops.divide(low, x));
  small = ops.add(ops.multiply(s, ops.add(half, tail)), small);
  const sum = ops.subtract(ops.subtract(half, small), f);
  const result = ops.subtract(ops.multiply(k, number(format.ln2[0])), sum);
  const atMost0 = ops.choose(ops.less(x, number(0)), number(NaN), number(-Infinity));
  return ops.choose(ops.less(x, number(Infinity)), ops.choose(ops.lessEqual(x, number(0)), atMost0, result), x);
}

/** x = 2^k m with m in [sqrt(1/2), sqrt(2)], for a normal x. */
export function split<V>({ ops, format, whole }: Float<V>, x: V): { readonly k: V; readonly m: V } {
  const bits = ops.asInt(x);
  const k = ops.shiftRight(ops.subtractInt(bits, whole(format.rootHalf)), format.fractionBits);
  const m = ops.asFloat(ops.subtractInt(bits, ops.shiftLeft(k, format.fractionBits)));
  return { k: ops.toFloat(k), m };
}

export function log<V>(float: Float<V>, x: V): V {
  return logarithm(float, x, undefined);
}

/** log(u) + (what rounding took from u) / u, with u = 1 + x. */
export function log1p<V>(float: Float<V>, x: V): V {
  const { ops, number } = float;
  const u = ops.add(x, number(1));
  const added = ops.subtract(u, number(1));
  const low = ops.add(ops.subtract(x, added), ops.subtract(number(1), ops.subtract(u, added)));
  return logarithm(float, u, low);
}

/** sin(x + quarters pi / 2): x = q pi / 2 + r, then the series of sine or cosine. */
function circle<V>(float: Float<V>, x: V, quarters: 0n | 1n): V {
  const { ops, format, number, whole } = float;
  const shifted = ops.add(ops.multiply(x, number(format.twoOverPi)), number(format.magic));
  const q = ops.subtract(shifted, number(format.magic));
  let r = x;
  for (const part of format.halfPi) r = ops.subtract(r, ops.multiply(q, number(part)));
  r = clamp(float, r, [-0.8, 0.8]);
  const t = ops.multiply(r, r);
  const sine = ops.add(r, ops.multiply(ops.multiply(r, t), polynomial(float, t, format.sinSeries)));
  const tail = ops.multiply(ops.multiply(t, t), polynomial(float, t, format.cosSeries));
  const cosine = ops.subtract(number(1), ops.subtract(ops.multiply(t, number(0.5)), tail));

  const bits = ops.asInt(shifted);
  const turn = quarters === 0n ? bits : ops.addInt(bits, whole(quarters));
  /** 1 where bit 0 is clear, -1 where it is set. */
  const signed = (flag: V): V =>
    ops.asFloat(ops.addInt(ops.shiftLeft(flag, format.fractionBits === 23 ? 31 : 63), whole(format.one)));
  const odd = ops.less(signed(turn), number(0));
  return ops.multiply(ops.choose(odd, cosine, sine), signed(ops.shiftRight(turn, 1)));
}
export function sin<V>(float: Float<V>, x: V): V {
  return circle(float, x, 0n);
}
export function cos<V>(float: Float<V>, x: V): V {
  return circle(float, x, 1n);
}
