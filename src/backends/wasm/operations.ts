/** @file Which instruction an operation is, where it is one; and the others on whole numbers, none of which can trap. */
import type { FunctionBuilder, Local } from "./function.js";
import type { InstructionName } from "./instructions.js";

type Typed = Readonly<Partial<Record<string, InstructionName>>>;
const each = (name: string, types: string): Typed =>
  Object.fromEntries(types.split(" ").map((type) => [type, `${type}.${name}` as InstructionName]));
const floats = "f32 f64 f32x4";
const all = `${floats} i32 i32x4`;

/** By operation and type of the operands. */
export const arithmetic: Readonly<Record<string, Typed>> = {
  add: each("add", all),
  subtract: each("sub", all),
  multiply: each("mul", all),
  divide: each("div", floats),
  negate: each("neg", `${floats} i32x4`),
  abs: each("abs", `${floats} i32x4`),
  sqrt: each("sqrt", floats),
  floor: each("floor", floats),
  ceil: each("ceil", floats),
  round: each("nearest", floats),
  maximum: { f32x4: "f32x4.pmax", i32x4: "i32x4.max_s" },
  minimum: { f32x4: "f32x4.pmin", i32x4: "i32x4.min_s" },
};

const comparison = (name: string): Typed => ({
  ...each(name, floats),
  ...Object.fromEntries(
    ["i32", "i32x4"].map((type) => [type, `${type}.${name}${/^(eq|ne)$/.test(name) ? "" : "_s"}` as InstructionName]),
  ),
});
export const comparisons: Readonly<Record<string, Typed>> = {
  equal: comparison("eq"),
  notEqual: comparison("ne"),
  less: comparison("lt"),
  lessEqual: comparison("le"),
  greater: comparison("gt"),
  greaterEqual: comparison("ge"),
};

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** `a op b` on i32 for a constant b > 0: quotients are rounded down, remainders are not negative. */
export function divideByConstant(builder: FunctionBuilder, a: Local, b: number, op: "floorDivide" | "modulo"): void {
  builder.get(a);
  if (isPowerOfTwo(b)) {
    builder.i32(op === "modulo" ? b - 1 : Math.log2(b));
    builder.emit(op === "modulo" ? "i32.and" : "i32.shr_s");
    return;
  }
  builder.i32(b);
  builder.emit("i32.rem_s");
  const rest = builder.keep("i32");
  if (op === "modulo") {
    // A negative remainder is one b too low.
    builder.get(rest);
    builder.get(rest);
    builder.i32(31);
    builder.emit("i32.shr_s");
    builder.i32(b);
    builder.emit("i32.and");
    builder.emit("i32.add");
    return;
  }
  builder.get(a);
  builder.i32(b);
  builder.emit("i32.div_s");
  builder.get(rest);
  builder.i32(31);
  builder.emit("i32.shr_s");
  builder.emit("i32.add");
}
/** By any b, through f64, in which quotients of i32 round down exactly; by 0 both are 0. */
export function divideByAny(builder: FunctionBuilder, a: Local, b: Local, op: "floorDivide" | "modulo"): void {
  const double = (local: Local) => {
    builder.get(local);
    builder.emit("f64.convert_i32_s");
  };
  if (op === "modulo") {
    double(a);
    double(b);
  }
  double(a);
  double(b);
  builder.emit("f64.div");
  builder.emit("f64.floor");
  if (op === "modulo") {
    builder.emit("f64.mul");
    builder.emit("f64.sub");
  }
  builder.emit("i32.trunc_sat_f64_s");
  if (op === "modulo") return;
  builder.get(b);
  builder.i32(0);
  builder.emit("i32.ne");
  builder.emit("i32.mul");
}
/** -1, 0 or 1. */
export function signOfInteger(builder: FunctionBuilder, a: Local): void {
  builder.get(a);
  builder.i32(31);
  builder.emit("i32.shr_s");
  builder.get(a);
  builder.i32(0);
  builder.emit("i32.ne");
  builder.emit("i32.or");
}
export function absOfInteger(builder: FunctionBuilder, a: Local): void {
  builder.get(a);
  builder.i32(31);
  builder.emit("i32.shr_s");
  const sign = builder.keep("i32");
  builder.get(a);
  builder.get(sign);
  builder.emit("i32.xor");
  builder.get(sign);
  builder.emit("i32.sub");
}
