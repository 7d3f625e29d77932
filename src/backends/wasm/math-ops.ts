/** @file What straight-line numerical code needs of a target, so that one lane, four lanes and a test run the same operations in the same order. */

/**
 * f32 code in one lane or in four. V is a value of any kind: f32, i32, or a truth value ("mask": i32 0 or 1 in one lane, all bits of
 * each lane in four). Every result is rounded to f32; there is no fused multiply-add.
 */
export interface LaneOps<V> {
  f32(value: number): V;
  i32(value: number): V;

  add(a: V, b: V): V;
  subtract(a: V, b: V): V;
  multiply(a: V, b: V): V;
  divide(a: V, b: V): V;
  sqrt(a: V): V;
  abs(a: V): V;
  negate(a: V): V;
  floor(a: V): V;
  /** To the nearest whole number, halves to even. */
  nearest(a: V): V;
  /** `b < a ? b : a`, as `f32x4.pmin`: a if either is NaN. */
  min(a: V, b: V): V;
  /** `a < b ? b : a`, as `f32x4.pmax`: a if either is NaN. */
  max(a: V, b: V): V;
  /** The bits of `magnitude` with the sign bit of `sign`. */
  copySign(magnitude: V, sign: V): V;

  addInt(a: V, b: V): V;
  subtractInt(a: V, b: V): V;
  multiplyInt(a: V, b: V): V;
  shiftLeft(a: V, bits: number): V;
  /** Arithmetic. */
  shiftRight(a: V, bits: number): V;
  shiftRightLogical(a: V, bits: number): V;
  andBits(a: V, b: V): V;
  orBits(a: V, b: V): V;
  xorBits(a: V, b: V): V;
  /** i32 to f32. */
  toFloat(a: V): V;
  /** The same bits as i32, as f32: nothing in four lanes. */
  asInt(a: V): V;
  asFloat(a: V): V;

  /** Masks of f32 values, false where either is NaN. */
  less(a: V, b: V): V;
  lessEqual(a: V, b: V): V;
  equal(a: V, b: V): V;
  /** Mask of i32 values. */
  equalInt(a: V, b: V): V;
  both(a: V, b: V): V;
  not(mask: V): V;
  /** `mask ? yes : no`, for two f32 or two i32. */
  choose(mask: V, yes: V, no: V): V;
}

/** The same for f64 scalars: V is f64, i64 or a truth value (i32 0 or 1). */
export interface DoubleOps<V> {
  f64(value: number): V;
  i64(value: bigint): V;

  add(a: V, b: V): V;
  subtract(a: V, b: V): V;
  multiply(a: V, b: V): V;
  divide(a: V, b: V): V;
  sqrt(a: V): V;
  abs(a: V): V;
  negate(a: V): V;
  floor(a: V): V;
  /** To the nearest whole number, halves to even. */
  nearest(a: V): V;
  /** `b < a ? b : a`: a if either is NaN. */
  min(a: V, b: V): V;
  /** `a < b ? b : a`: a if either is NaN. */
  max(a: V, b: V): V;
  copySign(magnitude: V, sign: V): V;

  addInt(a: V, b: V): V;
  subtractInt(a: V, b: V): V;
  shiftLeft(a: V, bits: number): V;
  /** Arithmetic. */
  shiftRight(a: V, bits: number): V;
  andBits(a: V, b: V): V;
  /** i64 to f64. */
  toFloat(a: V): V;
  /** The same bits as i64, as f64. */
  asInt(a: V): V;
  asFloat(a: V): V;

  less(a: V, b: V): V;
  lessEqual(a: V, b: V): V;
  equal(a: V, b: V): V;
  both(a: V, b: V): V;
  not(mask: V): V;
  /** `mask ? yes : no`, for two f64 or two i64. */
  choose(mask: V, yes: V, no: V): V;
}

/** What f32 lanes and f64 scalars share. */
export type FloatOps<V> = Pick<LaneOps<V>, keyof LaneOps<V> & keyof DoubleOps<V>>;

export type LaneFunction = <V>(ops: LaneOps<V>, ...arguments_: V[]) => V;
export type DoubleFunction = <V>(ops: DoubleOps<V>, ...arguments_: V[]) => V;
