/** @file Expressions of four lanes: loads, splats, lanes put together, taken apart and added across. */
import type { ArrayName, KernelExpr } from "../../ir/kernel.js";
import { elementType } from "../arrays.js";
import type { KernelContext } from "./context.js";
import { convert, isVector, laneOf, splat, type Vector } from "./convert.js";
import type { Expressions } from "./expressions.js";
import type { Local } from "./function.js";
import type { InstructionName } from "./instructions.js";
import { divideByAny, divideByConstant } from "./operations.js";

type Of<K extends KernelExpr["kind"]> = KernelExpr & { readonly kind: K };

/** Bytes of `shuffle` for lanes of 32 bits: 0 .. 3 of the first operand, 4 .. 7 of the second. */
export const bytesOf = (lanes: readonly number[]): number[] =>
  lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));

export class VectorExpressions {
  readonly #context: KernelContext;
  readonly #scalars: Expressions;

  constructor(context: KernelContext, scalars: Expressions) {
    this.#context = context;
    this.#scalars = scalars;
  }

  value(expr: Of<"splat"> | Of<"lanes"> | Of<"lane"> | Of<"across"> | Of<"sums">): void {
    switch (expr.kind) {
      case "splat":
        return this.#splat(expr);
      case "lanes":
        return this.#lanes(expr);
      case "lane":
        this.#scalars.value(expr.value);
        return this.#extract(expr.value.type, expr.lane, expr.type);
      case "across":
        return this.#across(expr);
      case "sums":
        return this.#sums(expr.values);
    }
  }

  // ---- memory
  load(expr: Of<"load">): void {
    const { builder, scope } = this.#context;
    const element = elementType(expr.array);
    if (element === "f64") {
      const lanes = [0, 1, 2, 3].map((k): KernelExpr => ({ ...expr, type: "f32", index: shiftedBy(expr.index, k) }));
      return this.#lanes({ kind: "lanes", type: expr.type as Vector, values: lanes });
    }
    builder.emit("v128.load", this.#scalars.addresses.address(expr.array, expr.index, scope));
    convert(builder, element === "i32" ? "i32x4" : "f32x4", expr.type);
  }
  /** Whether a value is an element as it stands in memory, so that instructions may load it into a lane. */
  #isElement(expr: KernelExpr, type: Vector): expr is Of<"load"> {
    const lane = laneOf(type);
    return expr.kind === "load" && lane !== "bool" && expr.type === lane && elementType(expr.array) === lane;
  }
  #address(expr: Of<"load">): number {
    return this.#scalars.addresses.address(expr.array, expr.index, this.#context.scope);
  }

  #splat({ value, type }: Of<"splat">): void {
    const { builder } = this.#context;
    if (this.#isElement(value, type)) return builder.emit("v128.load32_splat", this.#address(value));
    if (value.kind === "const") return this.#scalars.constant(type, value.value);
    this.#scalars.as(value, laneOf(type));
    splat(builder, laneOf(type));
  }
  #lanes({ values, type }: Of<"lanes">): void {
    const { builder } = this.#context;
    values.forEach((value, lane) => {
      if (this.#isElement(value, type)) {
        if (lane === 0) return builder.emit("v128.load32_zero", this.#address(value));
        // The vector is the instruction's second operand.
        const vector = builder.keep("v128");
        const offset = this.#address(value);
        builder.get(vector);
        return builder.emit("v128.load32_lane", offset, lane);
      }
      this.#scalars.as(value, laneOf(type));
      if (lane === 0) return splat(builder, laneOf(type));
      this.#replace(type, lane);
    });
  }
  /** A vector and a scalar are on the stack. */
  #replace(type: Vector, lane: number): void {
    const { builder } = this.#context;
    if (type === "b32x4") {
      const value = builder.keep("i32");
      builder.i32(0);
      builder.get(value);
      builder.emit("i32.sub");
    }
    builder.emit(type === "f32x4" ? "f32x4.replace_lane" : "i32x4.replace_lane", lane);
  }
  /** Of the vector on the stack, as a scalar of `type`. */
  #extract(from: KernelExpr["type"], lane: number, type: KernelExpr["type"]): void {
    const { builder } = this.#context;
    if (!isVector(from)) return convert(builder, from, type);
    builder.emit(from === "f32x4" ? "f32x4.extract_lane" : "i32x4.extract_lane", lane);
    if (from === "b32x4") {
      builder.i32(1);
      builder.emit("i32.and");
    }
    convert(builder, laneOf(from), type);
  }

  // ---- across lanes
  #across({ op, value, type }: Of<"across">): void {
    const { builder } = this.#context;
    const vector = value.type === "f32x4" ? "f32x4" : "i32x4";
    this.#scalars.as(value, vector);
    const names: Readonly<Record<typeof op, InstructionName>> =
      vector === "f32x4"
        ? { sum: "f32x4.add", product: "f32x4.mul", max: "f32x4.pmax", min: "f32x4.pmin" }
        : { sum: "i32x4.add", product: "i32x4.mul", max: "i32x4.max_s", min: "i32x4.min_s" };
    for (const lanes of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ]) {
      const all = builder.keep("v128");
      builder.get(all);
      builder.get(all);
      builder.get(all);
      builder.emit("i8x16.shuffle", ...bytesOf(lanes));
      builder.emit(names[op]);
    }
    this.#extract(vector, 0, type);
  }
  /** Transposed while added: two vectors become one of pairs, two of those one of sums. */
  #sums(values: readonly KernelExpr[]): void {
    const { builder } = this.#context;
    const add = (a: Local, b: Local, low: readonly number[], high: readonly number[]): Local => {
      for (const lanes of [low, high]) {
        builder.get(a);
        builder.get(b);
        builder.emit("i8x16.shuffle", ...bytesOf(lanes));
      }
      builder.emit("f32x4.add");
      return builder.keep("v128");
    };
    const [a, b, c, d] = values.map((value) => this.#scalars.local(value, "f32x4")) as [Local, Local, Local, Local];
    const first = add(a, b, [0, 1, 4, 5], [2, 3, 6, 7]);
    const second = add(c, d, [0, 1, 4, 5], [2, 3, 6, 7]);
    builder.get(add(first, second, [0, 2, 4, 6], [1, 3, 5, 7]));
  }

  // ---- lane by lane
  /** Operations on i32x4 that WebAssembly lacks. */
  wholeLanes(expr: Of<"apply">): void {
    const { builder } = this.#context;
    const [a, b] = expr.arguments as [KernelExpr, KernelExpr];
    const { name } = expr.op;
    switch (name) {
      case "floor":
      case "ceil":
      case "round":
        return this.#scalars.as(a, "i32x4");
      case "sign": {
        const value = this.#scalars.local(a, "i32x4");
        builder.get(value);
        builder.i32(31);
        builder.emit("i32x4.shr_s");
        builder.get(value);
        this.#scalars.constant("i32x4", 0);
        builder.emit("i32x4.gt_s");
        return builder.emit("i32x4.sub");
      }
      case "floorDivide":
      case "modulo":
        break;
      default:
        throw new Error(`the wasm back end does not know operation ${name} on i32x4`);
    }
    const shift = b.kind === "const" ? Math.log2(b.value) : NaN;
    if (b.kind === "const" && Number.isInteger(shift) && shift >= 0) {
      this.#scalars.as(a, "i32x4");
      if (name === "floorDivide") builder.i32(shift);
      else this.#scalars.constant("i32x4", b.value - 1);
      return builder.emit(name === "floorDivide" ? "i32x4.shr_s" : "v128.and");
    }
    const left = this.#scalars.local(a, "i32x4");
    const right = b.kind === "const" ? undefined : this.#scalars.local(b, "i32x4");
    for (let lane = 0; lane < 4; lane++) {
      const take = (vector: Local): Local => {
        builder.get(vector);
        builder.emit("i32x4.extract_lane", lane);
        return builder.keep("i32");
      };
      if (right) divideByAny(builder, take(left), take(right), name);
      else divideByConstant(builder, take(left), (b as Of<"const">).value, name);
      if (lane === 0) builder.emit("i32x4.splat");
      else builder.emit("i32x4.replace_lane", lane);
    }
  }

  /** Both branches are evaluated; a branch of 0 costs one instruction less. */
  choose({ condition, yes, no, type }: Of<"select">): void {
    const { builder } = this.#context;
    if (isZero(no)) {
      this.#scalars.as(yes, type);
      this.#scalars.as(condition, "b32x4");
      return builder.emit("v128.and");
    }
    if (isZero(yes)) {
      this.#scalars.as(no, type);
      this.#scalars.as(condition, "b32x4");
      return builder.emit("v128.andnot");
    }
    this.#scalars.as(yes, type);
    this.#scalars.as(no, type);
    this.#scalars.as(condition, "b32x4");
    builder.emit("v128.bitselect");
  }

  // ---- stores
  /** Stores (or adds) four lanes at consecutive elements. */
  store(array: ArrayName, index: KernelExpr, value: KernelExpr, accumulate: boolean): void {
    const { builder, scope } = this.#context;
    const element = elementType(array);
    if (element === "f64") {
      const lanes = this.#scalars.local(value, "f32x4");
      for (let lane = 0; lane < 4; lane++) {
        const offset = this.#scalars.addresses.address(array, shiftedBy(index, lane), scope);
        const address = builder.keep("i32");
        builder.get(address);
        if (accumulate) {
          builder.get(address);
          builder.emit("f64.load", offset);
        }
        builder.get(lanes);
        builder.emit("f32x4.extract_lane", lane);
        builder.emit("f64.promote_f32");
        if (accumulate) builder.emit("f64.add");
        builder.emit("f64.store", offset);
      }
      return;
    }
    const type = element === "f32" ? "f32x4" : "i32x4";
    const offset = this.#scalars.addresses.address(array, index, scope);
    if (accumulate) {
      const address = builder.keep("i32");
      builder.get(address);
      builder.get(address);
      builder.emit("v128.load", offset);
    }
    this.#scalars.as(value, type);
    if (accumulate) builder.emit(`${type}.add`);
    builder.emit("v128.store", offset);
  }
}

const isZero = (expr: KernelExpr): boolean =>
  (expr.kind === "const" && Object.is(expr.value, 0)) || (expr.kind === "splat" && isZero(expr.value));

function shiftedBy(index: KernelExpr, by: number): KernelExpr {
  if (index.kind === "const") return { ...index, value: index.value + by };
  if (index.kind === "linear") return { ...index, constant: index.constant + by };
  if (index.kind === "local")
    return { kind: "linear", type: "i32", constant: by, terms: [{ name: index.name, factor: 1 }] };
  throw new Error(`wasm: four lanes at an index that is a ${index.kind}`);
}
