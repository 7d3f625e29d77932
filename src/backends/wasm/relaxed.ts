/**
 * @file Products that are added, in one instruction of relaxed SIMD or in two: places in the binary where a multiplication and its
 * addition can be overwritten by nothing and by `relaxed_madd`, which rounds once or twice, as the machine likes.
 */
import { encodeBody, type WasmFunction } from "./encode.js";
import { type Instruction, instructionForms, type InstructionName } from "./instructions.js";

/** What instructions without control flow take from the stack and leave there. */
function effectOf({ name }: Instruction): { readonly takes: number; readonly gives: number } | undefined {
  if (name === "local.get" || name.endsWith(".const")) return { takes: 0, gives: 1 };
  if (name === "local.tee" || name.endsWith(".splat") || name === "v128.load" || name === "v128.load32_splat")
    return { takes: 1, gives: 1 };
  if (pairs.has(name)) return { takes: 2, gives: 1 };
  return undefined;
}
const pairs: ReadonlySet<InstructionName> = new Set<InstructionName>([
  "i32.add",
  "i32.sub",
  "i32.mul",
  "f32x4.add",
  "f32x4.sub",
  "f32x4.mul",
  "f32x4.div",
]);

/** Where the code of the last `count` values on the stack begins, up to `end`. */
function startOf(code: readonly Instruction[], end: number, count: number): number | undefined {
  let missing = count;
  for (let k = end - 1; k >= 0; k--) {
    const effect = effectOf(code[k]!);
    if (!effect) return undefined;
    missing += effect.takes - effect.gives;
    if (missing === 0) return k;
  }
  return undefined;
}

const sets = ({ name }: Instruction): boolean => name === "local.set" || name === "local.tee";

/** Sums of products in the order: product, other operand, addition. */
function reordered(code: readonly Instruction[]): { code: readonly Instruction[]; fused: ReadonlySet<Instruction> } {
  const out: Instruction[] = [];
  const fused = new Set<Instruction>();
  const take = (instruction: Instruction) => {
    fused.add(instruction);
    return instruction;
  };
  code.forEach((instruction) => {
    out.push(instruction);
    if (instruction.name !== "f32x4.add") return;
    const end = out.length - 1;
    const last = out[end - 1];
    if (last?.name === "f32x4.mul") {
      // The product came second: a plain operand before it moves behind it.
      const start = startOf(out, end - 1, 2);
      const other = start === undefined ? undefined : out[start - 1];
      if (start === undefined || other?.name !== "local.get") return;
      if (out.slice(start).some((one) => sets(one) && one.immediates[0] === other.immediates[0])) return;
      out.splice(start - 1, 1);
      out.splice(out.length - 1, 0, other);
      take(last);
      take(instruction);
      return;
    }
    const start = startOf(out, end, 1);
    const product = start === undefined ? undefined : out[start - 1];
    if (product?.name !== "f32x4.mul") return;
    take(product);
    take(instruction);
  });
  return { code: out, fused };
}

const bytesOf = (name: InstructionName): readonly number[] => instructionForms[name].bytes;
const nothing: Instruction = { name: "nop", immediates: [] };

export interface Relaxable {
  readonly code: WasmFunction;
  /** As encoded, exact. */
  readonly body: Uint8Array;
  /** Places in `body` of multiplications that can go and of additions that can be `relaxed_madd`. */
  readonly places: readonly number[];
}
export function relaxable(original: WasmFunction): Relaxable {
  const { code, fused } = reordered(original.code);
  const exact = { ...original, code };
  const body = encodeBody(exact);
  if (fused.size === 0) return { code: exact, body, places: [] };
  const relaxed = code.flatMap((instruction): readonly Instruction[] => {
    if (!fused.has(instruction)) return [instruction];
    if (instruction.name === "f32x4.mul") return bytesOf("f32x4.mul").map(() => nothing);
    return [{ name: "f32x4.relaxed_madd", immediates: [] }];
  });
  const other = encodeBody({ ...original, code: relaxed });
  const places: number[] = [];
  for (let k = 0; k < body.length; k++) {
    if (body[k] === other[k]) continue;
    // A multiplication differs from its first byte on, an addition behind the prefix that all vector instructions have.
    const isProduct = other[k] === bytesOf("nop")[0] && body[k] === bytesOf("f32x4.mul")[0];
    places.push(isProduct ? k : k - 1);
    k += isProduct ? 2 : 1;
  }
  return { code: exact, body, places };
}
