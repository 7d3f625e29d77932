/** @file The binary format of WebAssembly: numbers, instructions, sections. */
import { type Instruction, instructionForms, type ValueType, valueTypeByte } from "./instructions.js";

/** A function ready for the binary and for printing. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** After the parameters; equal types are neighbours. */
  readonly locals: readonly ValueType[];
  /** With the last `end`. */
  readonly code: readonly Instruction[];
}

/** LEB128 of a number >= 0. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push((value % 128) | (rest > 0 ? 128 : 0));
    value = rest;
  } while (value > 0);
  return bytes;
}
export function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = Number(value & 127n);
    value >>= 7n;
    const isLast = (value === 0n && byte < 64) || (value === -1n && byte >= 64);
    bytes.push(isLast ? byte : byte | 128);
    if (isLast) return bytes;
  }
}
export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}
export const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];

const float32 = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
const float64 = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];

export function encodeInstruction({ name, immediates }: Instruction): number[] {
  const { bytes, immediate, align = 0 } = instructionForms[name];
  const [first = 0, second = 0] = immediates;
  switch (immediate) {
    case undefined:
      return [...bytes];
    case "index":
      return [...bytes, ...unsigned(Number(first))];
    case "block":
    case "lane":
      return [...bytes, Number(first)];
    case "i32":
    case "i64":
      return [...bytes, ...signed(BigInt(first))];
    case "f32":
      return [...bytes, ...float32(Number(first))];
    case "f64":
      return [...bytes, ...float64(Number(first))];
    case "memory":
      return [...bytes, align, ...unsigned(Number(first))];
    case "memoryLane":
      return [...bytes, align, ...unsigned(Number(first)), Number(second)];
    case "lanes":
      return [...bytes, ...immediates.map(Number)];
    case "zero":
      return [...bytes, 0];
  }
}

/** Locals and code of a function, without its length. */
export function encodeBody({ locals, code }: WasmFunction): number[] {
  const runs: number[][] = [];
  for (let k = 0; k < locals.length;) {
    const type = locals[k]!;
    let next = k;
    while (locals[next] === type) next++;
    runs.push([...unsigned(next - k), valueTypeByte[type]]);
    k = next;
  }
  const bytes = list(runs);
  for (const instruction of code) for (const byte of encodeInstruction(instruction)) bytes.push(byte);
  return bytes;
}

export const sectionId = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
export function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}
/** Magic number and version. */
export const preamble: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
