/** @file Operations that are no single instruction: written out, or as functions that kernels call. */
import type { Helper } from "./context.js";
import type { WasmFunction } from "./encode.js";
import { FunctionBuilder } from "./function.js";
import { doubleFunctions, laneFunctions } from "./math.js";
import { DoubleCode, type Operand, operand, ScalarCode, VectorCode } from "./straight-line.js";
import type { ValueType } from "./instructions.js";

/** Leaves `op(arguments)` on the stack. */
export function inlineMath(
  builder: FunctionBuilder,
  op: string,
  arguments_: readonly Operand[],
  type: "f32" | "f64" | "f32x4",
): void {
  const known = type === "f64" ? doubleFunctions[op] : laneFunctions[op];
  if (!known) throw new Error(`the wasm back end does not know operation ${op} on ${type}`);
  if (type === "f64") {
    const code = new DoubleCode(builder);
    code.push(doubleFunctions[op]!(code, ...arguments_));
  } else {
    const code = type === "f32" ? new ScalarCode(builder) : new VectorCode(builder);
    code.push(laneFunctions[op]!(code, ...arguments_));
  }
}

/** Calls `op` on the values on the stack. */
export function callMath(builder: FunctionBuilder, helper: Helper, op: string, type: "f32" | "f64"): void {
  const name = `${op}_${type}`;
  builder.emit(
    "call",
    helper(name, () => (op === "wholePower" ? wholePower(name) : mathFunction(name, op, type))),
  );
}
function mathFunction(name: string, op: string, type: "f32" | "f64"): WasmFunction {
  const value: ValueType = op === "randomBits" ? "i32" : type;
  const count = op === "randomBits" ? 3 : op === "power" || op === "modulo" || op === "floorDivide" ? 2 : 1;
  const builder = new FunctionBuilder(Array.from({ length: count }, () => value));
  inlineMath(
    builder,
    op,
    Array.from({ length: count }, (_, k) => operand(builder.parameter(k))),
    type,
  );
  return builder.finish(name, [value]);
}

/** base ^ exponent for a whole exponent >= 0, by repeated squaring: (f64, i32) -> f64. */
function wholePower(name: string): WasmFunction {
  const builder = new FunctionBuilder(["f64", "i32"]);
  const [base, exponent] = [builder.parameter(0), builder.parameter(1)];
  const result = builder.local("f64");
  builder.emit("f64.const", 1);
  builder.set(result);
  builder.get(exponent);
  builder.i32(0);
  builder.emit("i32.gt_s");
  builder.if(() =>
    builder.loop(() => {
      builder.get(result);
      builder.get(base);
      builder.emit("f64.mul");
      builder.get(result);
      builder.get(exponent);
      builder.i32(1);
      builder.emit("i32.and");
      builder.emit("select");
      builder.set(result);
      builder.get(base);
      builder.get(base);
      builder.emit("f64.mul");
      builder.set(base);
      builder.get(exponent);
      builder.i32(1);
      builder.emit("i32.shr_s");
      builder.tee(exponent);
    }),
  );
  builder.get(result);
  return builder.finish(name, ["f64"]);
}
