/** @file The operations of straight-line numerical code as WebAssembly: in one lane, in four lanes, and in f64. */
import { zero } from "./convert.js";
import type { FunctionBuilder, Local } from "./function.js";
import type { InstructionName, ValueType } from "./instructions.js";
import type { DoubleOps, LaneOps } from "./math-ops.js";

/** A constant, written where it is used, or a local. */
export type Operand =
  | { readonly kind: "const"; readonly type: "i32" | "f32" | "f64" | "i64"; readonly value: number | bigint }
  | { readonly kind: "local"; readonly local: Local };

export const operand = (local: Local): Operand => ({ kind: "local", local });

class Code {
  readonly builder: FunctionBuilder;
  constructor(builder: FunctionBuilder) {
    this.builder = builder;
  }
  push(value: Operand): void {
    if (value.kind === "local") this.builder.get(value.local);
    else this.builder.emit(`${value.type}.const`, value.value);
  }
  /** The instruction applied to the operands, in a local. */
  apply(type: ValueType, name: InstructionName, ...operands: readonly Operand[]): Operand {
    for (const one of operands) this.push(one);
    this.builder.emit(name);
    return operand(this.builder.keep(type));
  }
}

export class ScalarCode extends Code implements LaneOps<Operand> {
  f32 = (value: number): Operand => ({ kind: "const", type: "f32", value });
  i32 = (value: number): Operand => ({ kind: "const", type: "i32", value });

  add = (a: Operand, b: Operand) => this.apply("f32", "f32.add", a, b);
  subtract = (a: Operand, b: Operand) => this.apply("f32", "f32.sub", a, b);
  multiply = (a: Operand, b: Operand) => this.apply("f32", "f32.mul", a, b);
  divide = (a: Operand, b: Operand) => this.apply("f32", "f32.div", a, b);
  sqrt = (a: Operand) => this.apply("f32", "f32.sqrt", a);
  abs = (a: Operand) => this.apply("f32", "f32.abs", a);
  negate = (a: Operand) => this.apply("f32", "f32.neg", a);
  floor = (a: Operand) => this.apply("f32", "f32.floor", a);
  nearest = (a: Operand) => this.apply("f32", "f32.nearest", a);
  min = (a: Operand, b: Operand) => this.choose(this.less(b, a), b, a);
  max = (a: Operand, b: Operand) => this.choose(this.less(a, b), b, a);
  copySign = (magnitude: Operand, sign: Operand) => this.apply("f32", "f32.copysign", magnitude, sign);

  addInt = (a: Operand, b: Operand) => this.apply("i32", "i32.add", a, b);
  subtractInt = (a: Operand, b: Operand) => this.apply("i32", "i32.sub", a, b);
  multiplyInt = (a: Operand, b: Operand) => this.apply("i32", "i32.mul", a, b);
  shiftLeft = (a: Operand, bits: number) => this.apply("i32", "i32.shl", a, this.i32(bits));
  shiftRight = (a: Operand, bits: number) => this.apply("i32", "i32.shr_s", a, this.i32(bits));
  shiftRightLogical = (a: Operand, bits: number) => this.apply("i32", "i32.shr_u", a, this.i32(bits));
  andBits = (a: Operand, b: Operand) => this.apply("i32", "i32.and", a, b);
  orBits = (a: Operand, b: Operand) => this.apply("i32", "i32.or", a, b);
  xorBits = (a: Operand, b: Operand) => this.apply("i32", "i32.xor", a, b);
  toFloat = (a: Operand) => this.apply("f32", "f32.convert_i32_s", a);
  asInt = (a: Operand) => this.apply("i32", "i32.reinterpret_f32", a);
  asFloat = (a: Operand) => this.apply("f32", "f32.reinterpret_i32", a);

  less = (a: Operand, b: Operand) => this.apply("i32", "f32.lt", a, b);
  lessEqual = (a: Operand, b: Operand) => this.apply("i32", "f32.le", a, b);
  equal = (a: Operand, b: Operand) => this.apply("i32", "f32.eq", a, b);
  equalInt = (a: Operand, b: Operand) => this.apply("i32", "i32.eq", a, b);
  both = (a: Operand, b: Operand) => this.apply("i32", "i32.and", a, b);
  not = (mask: Operand) => this.apply("i32", "i32.eqz", mask);
  choose = (mask: Operand, yes: Operand, no: Operand) => {
    const type = yes.kind === "const" ? (yes.type as ValueType) : yes.local.type;
    return this.apply(type, "select", yes, no, mask);
  };
}

export class VectorCode extends Code implements LaneOps<Operand> {
  override push(value: Operand): void {
    if (value.kind === "const" && Object.is(value.value, 0)) return zero(this.builder);
    super.push(value);
    if (value.kind === "const") this.builder.emit(value.type === "f32" ? "f32x4.splat" : "i32x4.splat");
  }
  #apply(name: InstructionName, ...operands: readonly Operand[]): Operand {
    return this.apply("v128", name, ...operands);
  }
  #shift(name: InstructionName, a: Operand, bits: number): Operand {
    this.push(a);
    this.builder.i32(bits);
    return this.apply("v128", name);
  }
  f32 = (value: number): Operand => ({ kind: "const", type: "f32", value });
  i32 = (value: number): Operand => ({ kind: "const", type: "i32", value });

  add = (a: Operand, b: Operand) => this.#apply("f32x4.add", a, b);
  subtract = (a: Operand, b: Operand) => this.#apply("f32x4.sub", a, b);
  multiply = (a: Operand, b: Operand) => this.#apply("f32x4.mul", a, b);
  divide = (a: Operand, b: Operand) => this.#apply("f32x4.div", a, b);
  sqrt = (a: Operand) => this.#apply("f32x4.sqrt", a);
  abs = (a: Operand) => this.#apply("f32x4.abs", a);
  negate = (a: Operand) => this.#apply("f32x4.neg", a);
  floor = (a: Operand) => this.#apply("f32x4.floor", a);
  nearest = (a: Operand) => this.#apply("f32x4.nearest", a);
  min = (a: Operand, b: Operand) => this.#apply("f32x4.pmin", a, b);
  max = (a: Operand, b: Operand) => this.#apply("f32x4.pmax", a, b);
  copySign = (magnitude: Operand, sign: Operand) =>
    this.#apply("v128.bitselect", magnitude, sign, this.i32(0x7fffffff));

  addInt = (a: Operand, b: Operand) => this.#apply("i32x4.add", a, b);
  subtractInt = (a: Operand, b: Operand) => this.#apply("i32x4.sub", a, b);
  multiplyInt = (a: Operand, b: Operand) => this.#apply("i32x4.mul", a, b);
  shiftLeft = (a: Operand, bits: number) => this.#shift("i32x4.shl", a, bits);
  shiftRight = (a: Operand, bits: number) => this.#shift("i32x4.shr_s", a, bits);
  shiftRightLogical = (a: Operand, bits: number) => this.#shift("i32x4.shr_u", a, bits);
  andBits = (a: Operand, b: Operand) => this.#apply("v128.and", a, b);
  orBits = (a: Operand, b: Operand) => this.#apply("v128.or", a, b);
  xorBits = (a: Operand, b: Operand) => this.#apply("v128.xor", a, b);
  toFloat = (a: Operand) => this.#apply("f32x4.convert_i32x4_s", a);
  asInt = (a: Operand) => a;
  asFloat = (a: Operand) => a;

  less = (a: Operand, b: Operand) => this.#apply("f32x4.lt", a, b);
  lessEqual = (a: Operand, b: Operand) => this.#apply("f32x4.le", a, b);
  equal = (a: Operand, b: Operand) => this.#apply("f32x4.eq", a, b);
  equalInt = (a: Operand, b: Operand) => this.#apply("i32x4.eq", a, b);
  both = (a: Operand, b: Operand) => this.#apply("v128.and", a, b);
  not = (mask: Operand) => this.#apply("v128.not", mask);
  choose = (mask: Operand, yes: Operand, no: Operand) => this.#apply("v128.bitselect", yes, no, mask);
}

export class DoubleCode extends Code implements DoubleOps<Operand> {
  f64 = (value: number): Operand => ({ kind: "const", type: "f64", value });
  i64 = (value: bigint): Operand => ({ kind: "const", type: "i64", value });

  add = (a: Operand, b: Operand) => this.apply("f64", "f64.add", a, b);
  subtract = (a: Operand, b: Operand) => this.apply("f64", "f64.sub", a, b);
  multiply = (a: Operand, b: Operand) => this.apply("f64", "f64.mul", a, b);
  divide = (a: Operand, b: Operand) => this.apply("f64", "f64.div", a, b);
  sqrt = (a: Operand) => this.apply("f64", "f64.sqrt", a);
  abs = (a: Operand) => this.apply("f64", "f64.abs", a);
  negate = (a: Operand) => this.apply("f64", "f64.neg", a);
  floor = (a: Operand) => this.apply("f64", "f64.floor", a);
  nearest = (a: Operand) => this.apply("f64", "f64.nearest", a);
  min = (a: Operand, b: Operand) => this.choose(this.less(b, a), b, a);
  max = (a: Operand, b: Operand) => this.choose(this.less(a, b), b, a);
  copySign = (magnitude: Operand, sign: Operand) => this.apply("f64", "f64.copysign", magnitude, sign);

  addInt = (a: Operand, b: Operand) => this.apply("i64", "i64.add", a, b);
  subtractInt = (a: Operand, b: Operand) => this.apply("i64", "i64.sub", a, b);
  shiftLeft = (a: Operand, bits: number) => this.apply("i64", "i64.shl", a, this.i64(BigInt(bits)));
  shiftRight = (a: Operand, bits: number) => this.apply("i64", "i64.shr_s", a, this.i64(BigInt(bits)));
  andBits = (a: Operand, b: Operand) => this.apply("i64", "i64.and", a, b);
  toFloat = (a: Operand) => this.apply("f64", "f64.convert_i64_s", a);
  asInt = (a: Operand) => this.apply("i64", "i64.reinterpret_f64", a);
  asFloat = (a: Operand) => this.apply("f64", "f64.reinterpret_i64", a);

  less = (a: Operand, b: Operand) => this.apply("i32", "f64.lt", a, b);
  lessEqual = (a: Operand, b: Operand) => this.apply("i32", "f64.le", a, b);
  equal = (a: Operand, b: Operand) => this.apply("i32", "f64.eq", a, b);
  both = (a: Operand, b: Operand) => this.apply("i32", "i32.and", a, b);
  not = (mask: Operand) => this.apply("i32", "i32.eqz", mask);
  choose = (mask: Operand, yes: Operand, no: Operand) => {
    const type = yes.kind === "const" ? (yes.type as ValueType) : yes.local.type;
    return this.apply(type, "select", yes, no, mask);
  };
}
