/** @file The WebAssembly instructions in use, as data: their bytes and immediates drive the encoder and the disassembly alike. */

/** What follows an instruction's bytes. */
export type ImmediateKind =
  /** An unsigned number. */
  | "index"
  /** A value type, or nothing. */
  | "block"
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  /** Base-2 logarithm of the alignment (a hint), then the offset. */
  | "memory"
  /** As `memory`, then a lane. */
  | "memoryLane"
  /** One byte. */
  | "lane"
  /** 16 lanes of bytes. */
  | "lanes"
  /** Bytes that are always 0. */
  | "zero";

export interface InstructionForm {
  readonly bytes: readonly number[];
  readonly immediate?: ImmediateKind;
  /** Of memory accesses: base-2 logarithm of the alignment. */
  readonly align?: number;
}

const plain = (...bytes: number[]): InstructionForm => ({ bytes });
const index = (byte: number): InstructionForm => ({ bytes: [byte], immediate: "index" });
const block = (byte: number): InstructionForm => ({ bytes: [byte], immediate: "block" });
const access = (align: number, ...bytes: number[]): InstructionForm => ({ bytes, immediate: "memory", align });
/** Vector instructions: prefix 0xfd, then the number as LEB128. */
function vector(code: number, immediate?: ImmediateKind, align?: number): InstructionForm {
  const bytes = code < 128 ? [0xfd, code] : [0xfd, (code & 127) | 128, code >> 7];
  return { bytes, ...(immediate && { immediate }), ...(align !== undefined && { align }) };
}

// prettier-ignore
const table = {
  nop: plain(0x01), block: block(0x02), loop: block(0x03), if: block(0x04), else: plain(0x05), end: plain(0x0b),
  br_if: index(0x0d), return: plain(0x0f), call: index(0x10), drop: plain(0x1a), select: plain(0x1b),
  "local.get": index(0x20), "local.set": index(0x21), "local.tee": index(0x22), "global.get": index(0x23),
  "i32.load": access(2, 0x28), "f32.load": access(2, 0x2a), "f64.load": access(3, 0x2b),
  "i32.store": access(2, 0x36), "f32.store": access(2, 0x38), "f64.store": access(3, 0x39),
  "i32.const": { bytes: [0x41], immediate: "i32" }, "i64.const": { bytes: [0x42], immediate: "i64" },
  "f32.const": { bytes: [0x43], immediate: "f32" }, "f64.const": { bytes: [0x44], immediate: "f64" },
  "i32.eqz": plain(0x45), "i32.eq": plain(0x46), "i32.ne": plain(0x47), "i32.lt_s": plain(0x48), "i32.lt_u": plain(0x49),
  "i32.gt_s": plain(0x4a), "i32.le_s": plain(0x4c), "i32.ge_s": plain(0x4e),
  "f32.eq": plain(0x5b), "f32.ne": plain(0x5c), "f32.lt": plain(0x5d), "f32.gt": plain(0x5e), "f32.le": plain(0x5f), "f32.ge": plain(0x60),
  "f64.eq": plain(0x61), "f64.ne": plain(0x62), "f64.lt": plain(0x63), "f64.gt": plain(0x64), "f64.le": plain(0x65), "f64.ge": plain(0x66),
  "i32.add": plain(0x6a), "i32.sub": plain(0x6b), "i32.mul": plain(0x6c), "i32.div_s": plain(0x6d),
  "i32.rem_s": plain(0x6f), "i32.and": plain(0x71), "i32.or": plain(0x72), "i32.xor": plain(0x73),
  "i32.shl": plain(0x74), "i32.shr_s": plain(0x75), "i32.shr_u": plain(0x76),
  "i64.add": plain(0x7c), "i64.sub": plain(0x7d), "i64.and": plain(0x83), "i64.shl": plain(0x86), "i64.shr_s": plain(0x87),
  "f32.abs": plain(0x8b), "f32.neg": plain(0x8c), "f32.ceil": plain(0x8d), "f32.floor": plain(0x8e), "f32.nearest": plain(0x90),
  "f32.sqrt": plain(0x91), "f32.add": plain(0x92), "f32.sub": plain(0x93), "f32.mul": plain(0x94), "f32.div": plain(0x95), "f32.copysign": plain(0x98),
  "f64.abs": plain(0x99), "f64.neg": plain(0x9a), "f64.ceil": plain(0x9b), "f64.floor": plain(0x9c), "f64.nearest": plain(0x9e),
  "f64.sqrt": plain(0x9f), "f64.add": plain(0xa0), "f64.sub": plain(0xa1), "f64.mul": plain(0xa2), "f64.div": plain(0xa3), "f64.copysign": plain(0xa6),
  "f32.convert_i32_s": plain(0xb2), "f32.demote_f64": plain(0xb6), "f64.convert_i32_s": plain(0xb7), "f64.convert_i64_s": plain(0xb9),
  "f64.promote_f32": plain(0xbb), "i32.reinterpret_f32": plain(0xbc), "i64.reinterpret_f64": plain(0xbd),
  "f32.reinterpret_i32": plain(0xbe), "f64.reinterpret_i64": plain(0xbf),
  "i32.trunc_sat_f32_s": plain(0xfc, 0x00), "i32.trunc_sat_f64_s": plain(0xfc, 0x02),
  "memory.fill": { bytes: [0xfc, 0x0b], immediate: "zero" },
  "memory.atomic.notify": access(2, 0xfe, 0x00), "memory.atomic.wait32": access(2, 0xfe, 0x01),
  "i32.atomic.load": access(2, 0xfe, 0x10), "i32.atomic.store": access(2, 0xfe, 0x17), "i32.atomic.rmw.add": access(2, 0xfe, 0x1e),
  "v128.load": vector(0x00, "memory", 2), "v128.load32_splat": vector(0x09, "memory", 2), "v128.store": vector(0x0b, "memory", 2),
  "v128.load32_lane": vector(0x56, "memoryLane", 2), "v128.store32_lane": vector(0x5a, "memoryLane", 2),
  "v128.load32_zero": vector(0x5c, "memory", 2),
  "i8x16.shuffle": vector(0x0d, "lanes"),
  "i32x4.splat": vector(0x11), "f32x4.splat": vector(0x13),
  "i32x4.extract_lane": vector(0x1b, "lane"), "i32x4.replace_lane": vector(0x1c, "lane"),
  "f32x4.extract_lane": vector(0x1f, "lane"), "f32x4.replace_lane": vector(0x20, "lane"),
  "i32x4.eq": vector(0x37), "i32x4.ne": vector(0x38), "i32x4.lt_s": vector(0x39), "i32x4.gt_s": vector(0x3b), "i32x4.le_s": vector(0x3d), "i32x4.ge_s": vector(0x3f),
  "f32x4.eq": vector(0x41), "f32x4.ne": vector(0x42), "f32x4.lt": vector(0x43), "f32x4.gt": vector(0x44), "f32x4.le": vector(0x45), "f32x4.ge": vector(0x46),
  "v128.not": vector(0x4d), "v128.and": vector(0x4e), "v128.andnot": vector(0x4f), "v128.or": vector(0x50), "v128.xor": vector(0x51), "v128.bitselect": vector(0x52),
  "f32x4.ceil": vector(0x67), "f32x4.floor": vector(0x68), "f32x4.nearest": vector(0x6a),
  "i32x4.abs": vector(0xa0), "i32x4.neg": vector(0xa1), "i32x4.bitmask": vector(0xa4), "i32x4.shl": vector(0xab), "i32x4.shr_s": vector(0xac), "i32x4.shr_u": vector(0xad),
  "i32x4.add": vector(0xae), "i32x4.sub": vector(0xb1), "i32x4.mul": vector(0xb5), "i32x4.min_s": vector(0xb6), "i32x4.max_s": vector(0xb8),
  "f32x4.abs": vector(0xe0), "f32x4.neg": vector(0xe1), "f32x4.sqrt": vector(0xe3), "f32x4.add": vector(0xe4), "f32x4.sub": vector(0xe5),
  "f32x4.mul": vector(0xe6), "f32x4.div": vector(0xe7), "f32x4.pmin": vector(0xea), "f32x4.pmax": vector(0xeb),
  "i32x4.trunc_sat_f32x4_s": vector(0xf8), "f32x4.convert_i32x4_s": vector(0xfa),
  "f32x4.relaxed_madd": vector(0x105),
} as const satisfies Readonly<Record<string, InstructionForm>>;

export type InstructionName = keyof typeof table;
export const instructionForms: Readonly<Record<InstructionName, InstructionForm>> = table;

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";
export const valueTypeByte: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Of `block`: a byte of `valueTypeByte` or `noResult`; of memory accesses: the offset, then the lane. */
export interface Instruction {
  readonly name: InstructionName;
  readonly immediates: readonly (number | bigint)[];
}
export const noResult = 0x40;
