/** @file Conversions between the types of values; truth values are i32 0 or 1 in one lane, all bits of each lane in four. */
import type { LaneType } from "../../ir/kernel.js";
import type { FunctionBuilder } from "./function.js";
import type { InstructionName, ValueType } from "./instructions.js";

export type Scalar = "f32" | "f64" | "i32" | "bool";
export type Vector = "f32x4" | "i32x4" | "b32x4";

export const isVector = (type: LaneType): type is Vector => type.endsWith("x4");
const scalarTypes = { f32x4: "f32", i32x4: "i32", b32x4: "bool" } as const;
export const laneOf = (type: LaneType): Scalar => (isVector(type) ? scalarTypes[type] : type);
const vectorTypes = { f32: "f32x4", f64: "f32x4", i32: "i32x4", bool: "b32x4" } as const;
export const lanesOf = (type: LaneType): Vector => (isVector(type) ? type : vectorTypes[type]);

export function valueType(type: LaneType): ValueType {
  if (isVector(type)) return "v128";
  return type === "bool" ? "i32" : type;
}

/** Instructions from one type to another; missing: the same bits. */
const direct: Readonly<Record<string, readonly InstructionName[]>> = {
  "i32 f32": ["f32.convert_i32_s"],
  "bool f32": ["f32.convert_i32_s"],
  "i32 f64": ["f64.convert_i32_s"],
  "bool f64": ["f64.convert_i32_s"],
  "f32 f64": ["f64.promote_f32"],
  "f64 f32": ["f32.demote_f64"],
  "f32 i32": ["i32.trunc_sat_f32_s"],
  "f64 i32": ["i32.trunc_sat_f64_s"],
  "i32x4 f32x4": ["f32x4.convert_i32x4_s"],
  "f32x4 i32x4": ["i32x4.trunc_sat_f32x4_s"],
  "b32x4 i32x4": ["i32x4.neg"],
};

/** Converts what is on the stack: numbers to whole ones towards zero (NaN to 0, beyond i32 to its ends), to truth by `!= 0`. */
export function convert(builder: FunctionBuilder, from: LaneType, to: LaneType): void {
  if (from === to) return;
  if (isVector(to) && !isVector(from)) {
    const lane = laneOf(to);
    convert(builder, from, lane);
    splat(builder, lane);
    return;
  }
  if (isVector(from) && !isVector(to)) throw new Error(`wasm: ${from} as ${to}`);
  switch (to) {
    case "bool":
      if (from === "i32") {
        builder.i32(0);
        builder.emit("i32.ne");
      } else {
        builder.emit(from === "f64" ? "f64.const" : "f32.const", 0);
        builder.emit(from === "f64" ? "f64.ne" : "f32.ne");
      }
      return;
    case "b32x4":
      zero(builder);
      builder.emit(from === "i32x4" ? "i32x4.ne" : "f32x4.ne");
      return;
    case "f32x4":
      if (from !== "b32x4") break;
      builder.emit("f32.const", 1);
      builder.emit("f32x4.splat");
      builder.emit("v128.and");
      return;
  }
  for (const name of direct[`${from} ${to}`] ?? []) builder.emit(name);
}
/** Four lanes of 0. */
export function zero(builder: FunctionBuilder): void {
  builder.i32(0);
  builder.emit("i32x4.splat");
}
/** Of a scalar on the stack. */
export function splat(builder: FunctionBuilder, lane: Scalar): void {
  if (lane === "f32" || lane === "f64") {
    if (lane === "f64") builder.emit("f32.demote_f64");
    builder.emit("f32x4.splat");
    return;
  }
  // 1 becomes all bits.
  if (lane === "bool") {
    const value = builder.keep("i32");
    builder.i32(0);
    builder.get(value);
    builder.emit("i32.sub");
  }
  builder.emit("i32x4.splat");
}
