/** @file The text form of functions, from the instructions that the binary is made of. */
import type { WasmFunction } from "./encode.js";
import { type Instruction, instructionForms, noResult, type ValueType, valueTypeByte } from "./instructions.js";

const typeOfByte = (byte: number): string =>
  (Object.keys(valueTypeByte) as ValueType[]).find((type) => valueTypeByte[type] === byte)!;

function immediatesOf({ name, immediates }: Instruction, functions: readonly string[]): string {
  const [first = 0, second = 0] = immediates;
  switch (instructionForms[name].immediate) {
    case undefined:
    case "zero":
      return "";
    case "block":
      return first === noResult ? "" : ` (result ${typeOfByte(Number(first))})`;
    case "memory":
      return first === 0 ? "" : ` offset=${first}`;
    case "memoryLane":
      return `${first === 0 ? "" : ` offset=${first}`} ${second}`;
    case "index":
      return name === "call" ? ` $${functions[Number(first)]!}` : ` ${first}`;
    case "f32":
      return ` ${real(Math.fround(Number(first)), true)}`;
    case "f64":
      return ` ${real(Number(first), false)}`;
    default:
      return ` ${immediates.join(" ")}`;
  }
}
/** The shortest number that rounds to the same f32, or JavaScript's shortest for f64. */
function real(value: number, isSingle: boolean): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  if (!isSingle) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/** `functions`: names by index, for calls. */
export function printFunction(
  { name, parameters, results, locals, code }: WasmFunction,
  functions: readonly string[],
): string {
  const group = (word: string, types: readonly ValueType[]) =>
    types.length > 0 ? ` (${word} ${types.join(" ")})` : "";
  const lines = [`(func $${name}${group("param", parameters)}${group("result", results)}`];
  if (locals.length > 0) lines.push(` ${group("local", locals)}`);
  let depth = 1;
  for (const instruction of code.slice(0, -1)) {
    if (instruction.name === "end" || instruction.name === "else") depth--;
    lines.push(`${"  ".repeat(depth)}${instruction.name}${immediatesOf(instruction, functions)}`);
    if (["block", "loop", "if", "else"].includes(instruction.name)) depth++;
  }
  return `${lines.join("\n")})\n`;
}
