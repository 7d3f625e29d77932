/** @file The operations of straight-line numerical code on JavaScript's numbers: what wasm does, an instruction at a time. */
import type { DoubleOps, LaneOps } from "../../src/backends/wasm/math.js";

const words = new DataView(new ArrayBuffer(8));
const { fround } = Math;
const truth = (holds: boolean): number => (holds ? 1 : 0);

export function nearest(x: number): number {
  if (!(Math.abs(x) < 2 ** 52)) return x;
  const below = Math.floor(x);
  const over = x - below;
  const up = over > 0.5 || (over === 0.5 && below % 2 !== 0);
  return up ? below + 1 || -0 : below;
}
function copySign(magnitude: number, sign: number): number {
  const negative = sign < 0 || Object.is(sign, -0);
  return negative ? -Math.abs(magnitude) : Math.abs(magnitude);
}

/** Counts what it is asked for. */
export interface Counter {
  operations: number;
  readonly constants: Set<number | bigint>;
}

export const singleOps = (): LaneOps<number> => ({
  f32: fround,
  i32: (value) => value | 0,
  add: (a, b) => fround(a + b),
  subtract: (a, b) => fround(a - b),
  multiply: (a, b) => fround(a * b),
  divide: (a, b) => fround(a / b),
  sqrt: (a) => fround(Math.sqrt(a)),
  abs: Math.abs,
  negate: (a) => -a,
  floor: Math.floor,
  nearest,
  min: (a, b) => (b < a ? b : a),
  max: (a, b) => (a < b ? b : a),
  copySign,
  addInt: (a, b) => (a + b) | 0,
  subtractInt: (a, b) => (a - b) | 0,
  multiplyInt: Math.imul,
  shiftLeft: (a, bits) => a << bits,
  shiftRight: (a, bits) => a >> bits,
  shiftRightLogical: (a, bits) => (a >>> bits) | 0,
  andBits: (a, b) => a & b,
  orBits: (a, b) => a | b,
  xorBits: (a, b) => a ^ b,
  toFloat: fround,
  asInt: (a) => {
    words.setFloat32(0, a);
    return words.getInt32(0);
  },
  asFloat: (a) => {
    words.setInt32(0, a);
    return words.getFloat32(0);
  },
  less: (a, b) => truth(a < b),
  lessEqual: (a, b) => truth(a <= b),
  equal: (a, b) => truth(a === b),
  equalInt: (a, b) => truth(a === b),
  both: (a, b) => a & b,
  not: (mask) => truth(mask === 0),
  choose: (mask, yes, no) => (mask !== 0 ? yes : no),
});

/** f64 and truth values as numbers, i64 as bigint. */
export type DoubleValue = number | bigint;
const float =
  (of: (...numbers: number[]) => number) =>
  (...values: DoubleValue[]) =>
    of(...(values as number[]));
const whole =
  (of: (...numbers: bigint[]) => bigint) =>
  (...values: DoubleValue[]) =>
    BigInt.asIntN(64, of(...(values as bigint[])));

export const doubleOps = (): DoubleOps<DoubleValue> => ({
  f64: (value) => value,
  i64: (value) => value,
  add: float((a, b) => a! + b!),
  subtract: float((a, b) => a! - b!),
  multiply: float((a, b) => a! * b!),
  divide: float((a, b) => a! / b!),
  sqrt: float((a) => Math.sqrt(a!)),
  abs: float((a) => Math.abs(a!)),
  negate: float((a) => -a!),
  floor: float((a) => Math.floor(a!)),
  nearest: float((a) => nearest(a!)),
  min: float((a, b) => (b! < a! ? b! : a!)),
  max: float((a, b) => (a! < b! ? b! : a!)),
  copySign: float((a, b) => copySign(a!, b!)),
  addInt: whole((a, b) => a! + b!),
  subtractInt: whole((a, b) => a! - b!),
  shiftLeft: (a, bits) => BigInt.asIntN(64, (a as bigint) << BigInt(bits)),
  shiftRight: (a, bits) => (a as bigint) >> BigInt(bits),
  andBits: whole((a, b) => a! & b!),
  toFloat: Number,
  asInt: (a) => {
    words.setFloat64(0, a as number);
    return words.getBigInt64(0);
  },
  asFloat: (a) => {
    words.setBigInt64(0, a as bigint);
    return words.getFloat64(0);
  },
  less: float((a, b) => truth(a! < b!)),
  lessEqual: float((a, b) => truth(a! <= b!)),
  equal: (a, b) => truth(a === b),
  both: float((a, b) => a! & b!),
  not: (mask) => truth(mask === 0),
  choose: (mask, yes, no) => (mask !== 0 ? yes : no),
});

/** `ops` counting what is done: operations, and the different constants. A cast and, in four lanes, a negation are counted too. */
export function counting<Ops extends object>(ops: Ops, counter: Counter): Ops {
  return new Proxy(ops, {
    get(target, name) {
      const operation = Reflect.get(target, name) as (...values: unknown[]) => number;
      const isConstant = name === "f32" || name === "i32" || name === "f64" || name === "i64";
      return (...values: unknown[]) => {
        if (isConstant) counter.constants.add(values[0] as number);
        else if (name !== "asInt" && name !== "asFloat") counter.operations++;
        return operation(...values);
      };
    },
  });
}
