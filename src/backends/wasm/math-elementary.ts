/**
 * @file Exponentials, logarithms, tanh, sine and cosine, for f32 lanes and f64 scalars alike. Errors are in ulp of the format, largest seen; f32 first.
 * No function tells -0 from 0 apart from their sign rules below: expm1, log1p, tanh and sin of -0 are 0.
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

/** 1.0, 1.0 ulp. 0 below 1.7e-38 (f64: 3.1e-308): there is no gradual underflow. */
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

/** (e^2x - 1) / (e^2x + 1). */
export function tanh<V>(float: Float<V>, x: V): V {
  const { ops, format, number } = float;
  const half = halfExpm1(float, clamp(float, ops.add(x, x), [-format.tanhRange, format.tanhRange]));
  return ops.divide(half, ops.add(half, number(1)));
}

/**
 * log(x) + low / x: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)], and log(1 + f) by s = f / (2 + f). -Infinity at 0, NaN below.
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
