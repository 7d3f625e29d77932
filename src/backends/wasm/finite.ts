/** @file The check that floats in memory are finite: others have an exponent of ones alone, which one more makes negative. */
import type { WasmFunction } from "./encode.js";
import { FunctionBuilder } from "./function.js";
import type { InstructionName } from "./instructions.js";

const exponent = 0x7f800000;
const one = 0x00800000;

/** `finite(from, to)`: 1 if the 32-bit floats from byte `from` up to byte `to` are finite, else 0. */
export function finiteFunction(): WasmFunction {
  const builder = new FunctionBuilder(["i32", "i32"]);
  const from = builder.parameter(0);
  const to = builder.parameter(1);
  const whileBelow = (end: typeof from, compare: InstructionName, step: number, body: () => void) => {
    const goesOn = () => {
      builder.get(from);
      builder.get(end);
      builder.emit(compare);
    };
    goesOn();
    builder.if(() =>
      builder.loop(() => {
        body();
        builder.get(from);
        builder.i32(step);
        builder.emit("i32.add");
        builder.set(from);
        goesOn();
      }),
    );
  };
  const splat = (value: number) => {
    builder.i32(value);
    builder.emit("i32x4.splat");
    return builder.keep("v128");
  };
  const exponents = splat(exponent);
  const ones = splat(one);
  const four = splat(0);
  builder.get(to);
  builder.i32(16);
  builder.emit("i32.sub");
  const last = builder.keep("i32");
  whileBelow(last, "i32.le_s", 16, () => {
    builder.get(from);
    builder.emit("v128.load", 0);
    builder.get(exponents);
    builder.emit("v128.and");
    builder.get(ones);
    builder.emit("i32x4.add");
    builder.get(four);
    builder.emit("v128.or");
    builder.set(four);
  });
  // Negative if one of the four is.
  builder.i32(0);
  builder.get(four);
  builder.emit("i32x4.bitmask");
  builder.emit("i32.sub");
  const found = builder.keep("i32");
  whileBelow(to, "i32.lt_s", 4, () => {
    builder.get(from);
    builder.emit("i32.load", 0);
    builder.i32(exponent);
    builder.emit("i32.and");
    builder.i32(one);
    builder.emit("i32.add");
    builder.get(found);
    builder.emit("i32.or");
    builder.set(found);
  });
  builder.get(found);
  builder.i32(0);
  builder.emit("i32.ge_s");
  return builder.finish("finite", ["i32"]);
}
