/** @file The check that floats in memory are finite: others have an exponent of ones alone, which one more makes negative. */
import type { WasmFunction } from "./encode.js";
import { FunctionBuilder } from "./function.js";

const exponent = 0x7f800000;
const one = 0x00800000;

/** `finite(from, to)`: 1 if the 32-bit floats from byte `from` up to byte `to`, and what fills the last vector, are finite, else 0. */
export function finiteFunction(): WasmFunction {
  const builder = new FunctionBuilder(["i32", "i32"]);
  const from = builder.parameter(0);
  const splat = (value: number) => {
    builder.i32(value);
    builder.emit("i32x4.splat");
    return builder.keep("v128");
  };
  const exponents = splat(exponent);
  const ones = splat(one);
  const found = splat(0);
  builder.loop(() => {
    builder.get(from);
    builder.emit("v128.load", 0);
    builder.get(exponents);
    builder.emit("v128.and");
    builder.get(ones);
    builder.emit("i32x4.add");
    builder.get(found);
    builder.emit("v128.or");
    builder.set(found);
    builder.get(from);
    builder.i32(16);
    builder.emit("i32.add");
    builder.tee(from);
    builder.get(builder.parameter(1));
    builder.emit("i32.lt_s");
  });
  // A bit for each negative lane.
  builder.get(found);
  builder.emit("i32x4.bitmask");
  builder.emit("i32.eqz");
  return builder.finish("finite", ["i32"]);
}
