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
  while (value >= 128) {
    bytes.push((value % 128) | 128);
    value = Math.floor(value / 128);
  }
  bytes.push(value);
  return bytes;
}
function signed32(value: number): number[] {
  const bytes: number[] = [];
  while (value < -64 || value > 63) {
    bytes.push((value & 127) | 128);
    value >>= 7;
  }
  bytes.push(value & 127);
  return bytes;
}
function signed64(value: bigint): number[] {
  const bytes: number[] = [];
  while (value < -64n || value > 63n) {
    bytes.push(Number(value & 127n) | 128);
    value >>= 7n;
  }
  bytes.push(Number(value & 127n));
  return bytes;
}
export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}
export type Bytes = ArrayLike<number>;
/** One after the other. */
export function joined(parts: readonly Bytes[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
export const list = (items: readonly Bytes[]): Uint8Array => joined([unsigned(items.length), ...items]);

/** Engines are little-endian, as the format is. */
const float32 = (value: number): Iterable<number> => new Uint8Array(Float32Array.of(value).buffer);
const float64 = (value: number): Iterable<number> => new Uint8Array(Float64Array.of(value).buffer);

function immediateBytes({ name, immediates }: Instruction): Iterable<number> {
  const { immediate, align = 0 } = instructionForms[name];
  const first = immediates[0] ?? 0;
  switch (immediate) {
    case undefined:
      return [];
    case "index":
      return unsigned(Number(first));
    case "block":
    case "lane":
      return [Number(first)];
    case "i32":
      return signed32(Number(first));
    case "i64":
      return signed64(BigInt(first));
    case "f32":
      return float32(Number(first));
    case "f64":
      return float64(Number(first));
    case "memory":
      return [align, ...unsigned(Number(first))];
    case "memoryLane":
      return [align, ...unsigned(Number(first)), Number(immediates[1])];
    case "lanes":
      return immediates.map(Number);
    case "zero":
      return [0];
  }
}

/** Locals and code of a function, after its length. */
export function encodeBody({ locals, code }: WasmFunction): Uint8Array {
  const runs: number[][] = [];
  for (let k = 0; k < locals.length;) {
    const type = locals[k]!;
    let next = k;
    while (locals[next] === type) next++;
    runs.push([...unsigned(next - k), valueTypeByte[type]]);
    k = next;
  }
  const bytes: number[] = [];
  for (const instruction of code) {
    for (const byte of instructionForms[instruction.name].bytes) bytes.push(byte);
    for (const byte of immediateBytes(instruction)) bytes.push(byte);
  }
  const all = joined([list(runs), bytes]);
  return joined([unsigned(all.length), all]);
}

/** A custom section with what the functions are called. */
export function functionNames(names: readonly string[]): Uint8Array {
  const functions = 1;
  const all = list(names.map((name, k) => joined([unsigned(k), text(name)])));
  return section(sectionId.custom, joined([text("name"), section(functions, all)]));
}

export const sectionId = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
export function section(id: number, content: Bytes): Uint8Array {
  return joined([[id], unsigned(content.length), content]);
}
/** Magic number and version. */
export const preamble: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
