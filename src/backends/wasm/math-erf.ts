/** @file The error function and its inverse: a quotient and Giles' polynomials in f32, series and Halley's steps in f64. */
import { exp, log, log1p } from "./math-elementary.js";
import { clamp, polynomial, type Float, type Series } from "./math-format.js";

/** To 3.5 ulp for |x| < 1 and 6.5 beyond (4e-7 relative), in 27 operations with 15 constants. erf(x) / x on |x| <= 3.92 by x^2; beyond, the result is +-1 to the last bit. */
const erfAbove: Series = [
  1.7749047174220323e-6, 0.0002865679271053523, 0.004374792333692312, 0.054607879370450974, 0.20623649656772614,
  1.1283791065216064,
];
const erfBelow: Series = [
  3.5318953450769186e-5, 0.0012873857049271464, 0.01620601862668991, 0.12043784558773041, 0.5161040425300598, 1,
];

export function erf<V>(float: Float<V>, x: V): V {
  const { ops } = float;
  const within = clamp(float, x, [-3.92, 3.92]);
  const t = ops.multiply(within, within);
  const ratio = ops.divide(ops.multiply(within, polynomial(float, t, erfAbove)), polynomial(float, t, erfBelow));
  return clamp(float, ratio, [-1, 1]);
}

/** To 3.5 ulp, in 75 operations with 34 constants. M. Giles, "Approximating the erfinv function", 2010: by w = -log(1 - x^2), below 5 in w - 2.5, else in sqrt(w) - 3. */
const inverseCentre: Series = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const inverseTail: Series = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

export function inverseErf<V>(float: Float<V>, x: V): V {
  const { ops, number } = float;
  const one = number(1);
  const w = ops.negate(log(float, ops.multiply(ops.subtract(one, x), ops.add(x, one))));
  const centre = polynomial(float, ops.subtract(w, number(2.5)), inverseCentre);
  const tail = polynomial(float, ops.subtract(ops.sqrt(w), number(3)), inverseTail);
  const ratio = ops.choose(ops.less(w, number(5)), centre, tail);
  const factor = ops.choose(ops.equal(ops.abs(x), one), number(Infinity), ratio);
  return ops.multiply(factor, x);
}

/** Taylor's series of erf(x) / x by x^2, below 1/2. */
// prettier-ignore
const taylor: Series = [
  9.422759064650411e-11, -1.2290555301717928e-9, 1.4807192815879218e-8, -1.6365844691234924e-7, 1.6462114365889248e-6, -1.492565035840625e-5,
  0.00012055332981789664, -0.0008548327023450853, 0.005223977625442188, -0.026866170645131252, 0.11283791670955126, -0.37612638903183754,
  1.1283791670955126,
];
/** e^(x^2) (1 - erf(x)) by 4 / (4 + x), on 1/2 .. 6, to 1e-16. */
// prettier-ignore
const complement: Series = [
  -0.035876344912964965, 0.3617518115947215, -1.5965125899758785, 4.101504927953443, -7.038573400985402, 8.825011345062105, -8.209181948522216,
  6.018928837318331, -3.257056621419297, 1.5528324672150546, -0.37309533173544396, 0.2518897560909678, 0.11353489428918367, 0.1440229010591002,
  0.14081051085297208, 8.786157554580599e-6,
];

/** To 6 ulp. */
export function doubleErf<V>(float: Float<V>, x: V): V {
  const { ops, number } = float;
  const within = clamp(float, x, [-6, 6]);
  const size = ops.abs(within);
  const t = ops.multiply(within, within);
  const near = ops.multiply(within, polynomial(float, t, taylor));
  const u = ops.divide(number(4), ops.add(size, number(4)));
  const rest = ops.multiply(exp(float, ops.negate(t)), polynomial(float, u, complement));
  const far = ops.copySign(ops.subtract(number(1), rest), x);
  return ops.choose(ops.less(size, number(0.5)), near, far);
}

/** Winitzki's approximation, then Halley's steps on erf. To 1e-13 of the result for |y| < 0.999; beyond as exact as 1 - |y| lets it be. */
export function doubleInverseErf<V>(float: Float<V>, y: V): V {
  const { ops, number } = float;
  const log = log1p(float, ops.negate(ops.multiply(y, y)));
  const half = ops.add(ops.multiply(log, number(0.5)), number(4.330746750799873));
  const root = ops.sqrt(ops.subtract(ops.multiply(half, half), ops.multiply(log, number(1 / 0.147))));
  let x = ops.copySign(ops.sqrt(ops.subtract(root, half)), y);
  for (let k = 0; k < 2; k++) {
    const slope = ops.multiply(exp(float, ops.multiply(x, x)), number(0.886226925452758));
    const step = ops.multiply(ops.subtract(doubleErf(float, x), y), slope);
    x = ops.subtract(x, ops.divide(step, ops.add(ops.multiply(x, step), number(1))));
  }
  return ops.choose(ops.equal(ops.abs(y), number(1)), ops.multiply(y, number(Infinity)), x);
}
