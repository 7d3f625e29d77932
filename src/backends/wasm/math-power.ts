/** @file Powers: a base-2 logarithm in two parts, times the exponent, then 2^x; for f32 lanes and f64 scalars alike. */
import { exp2, split } from "./math-elementary.js";
import { clamp, polynomial, type Float } from "./math-format.js";

/** log2(x) as head + rest for a normal x > 0, after fdlibm's `pow`. */
function logarithm2<V>(float: Float<V>, x: V): { readonly head: V; readonly rest: V } {
  const { ops, format, number } = float;
  const { k, m } = split(float, x);
  const one = number(1);
  // s = (m - 1) / (m + 1) = sHead + sRest.
  const f = ops.subtract(m, one);
  const inverse = ops.divide(one, ops.add(m, one));
  const s = ops.multiply(f, inverse);
  const sHead = headOf(float, s);
  const sumHead = headOf(float, ops.add(m, one));
  const sumRest = ops.subtract(m, ops.subtract(sumHead, one));
  const remainder = ops.subtract(ops.subtract(f, ops.multiply(sHead, sumHead)), ops.multiply(sHead, sumRest));
  const sRest = ops.multiply(inverse, remainder);
  // 3 atanh(s) / s = 3 + sHead^2 + r = tHead + tRest.
  const z = ops.multiply(s, s);
  const tail = ops.multiply(ops.multiply(z, z), polynomial(float, z, format.powerSeries));
  const r = ops.add(tail, ops.multiply(sRest, ops.add(sHead, s)));
  const square = ops.multiply(sHead, sHead);
  const three = number(3);
  const tHead = headOf(float, ops.add(ops.add(square, three), r));
  const tRest = ops.subtract(r, ops.subtract(ops.subtract(tHead, three), square));
  // Their product, then times 2 / (3 log(2)).
  const high = ops.multiply(sHead, tHead);
  const low = ops.add(ops.multiply(sRest, tHead), ops.multiply(tRest, s));
  const pHead = headOf(float, ops.add(high, low));
  const pRest = ops.subtract(low, ops.subtract(pHead, high));
  const [scale, scaleHead, scaleRest] = format.powerScale;
  const logHead = ops.multiply(pHead, number(scaleHead));
  const logRest = ops.add(ops.multiply(pHead, number(scaleRest)), ops.multiply(pRest, number(scale)));
  const head = headOf(float, ops.add(ops.add(logHead, logRest), k));
  return { head, rest: ops.subtract(logRest, ops.subtract(ops.subtract(head, k), logHead)) };
}

/** The upper half of the significand. */
function headOf<V>({ ops, format, whole }: Float<V>, x: V): V {
  return ops.asFloat(ops.andBits(ops.asInt(x), whole(format.headMask)));
}

/**
 * `a ^ b` to 1.3 ulp (f64: 1) in 111 operations with 25 constants, with JavaScript's special values, except that -Infinity to a fractional power is NaN. A base that is not normal counts as
 * one between 2^-127 and 2^-126 (f64: 2^-1023, 2^-1022); results flush to 0 as those of `exp`.
 */
export function power<V>(float: Float<V>, a: V, b: V): V {
  const { ops, format, number } = float;
  const zero = number(0);
  const size = ops.abs(a);
  const { head, rest } = logarithm2(float, size);
  const bHead = headOf(float, b);
  const high = ops.multiply(bHead, head);
  const low = ops.add(ops.multiply(ops.subtract(b, bHead), head), ops.multiply(b, rest));

  // Products with infinities, and 0's logarithm, are what they are without the second part.
  const infinite = number(Infinity);
  const finite = ops.choose(ops.less(ops.abs(b), infinite), ops.add(high, low), ops.multiply(b, head));
  const from0 = ops.choose(ops.equal(size, zero), ops.multiply(b, number(-Infinity)), finite);
  const exponent = ops.choose(ops.less(size, infinite), from0, ops.multiply(b, size));

  const within = clamp(float, exponent, format.exp2Range);
  const k = ops.nearest(within);
  const exact = ops.equal(exponent, within);
  const f = ops.choose(exact, ops.add(ops.subtract(high, k), low), ops.subtract(within, k));
  const magnitude = exp2(float, k, f);

  const half = ops.multiply(b, number(0.5));
  const isWhole = ops.equal(ops.floor(b), b);
  const isOdd = ops.both(isWhole, ops.not(ops.equal(ops.floor(half), half)));
  const signed = ops.choose(isOdd, ops.copySign(magnitude, a), magnitude);
  const undefinedHere = ops.both(ops.less(a, zero), ops.not(isWhole));
  const result = ops.choose(undefinedHere, number(NaN), signed);
  return ops.choose(ops.equal(b, zero), number(1), result);
}
