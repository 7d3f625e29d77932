/** @file Expressions as instructions that leave one value on the stack; arithmetic is done in the type that the expression states. */
import type { KernelExpr, LaneType } from "../../ir/kernel.js";
import { partsOf } from "../../passes/tidy.js";
import { Addresses } from "./addresses.js";
import { lookup, sumOf } from "./bindings.js";
import type { KernelContext } from "./context.js";
import { convert, isVector, laneOf, lanesOf, valueType } from "./convert.js";
import type { Local } from "./function.js";
import { callMath, inlineMath } from "./functions.js";
import { absOfInteger, arithmetic, comparisons, divideByAny, divideByConstant, signOfInteger } from "./operations.js";
import { VectorExpressions } from "./vectors.js";
import { extremeOf } from "./extremes.js";
import { elementType } from "../arrays.js";

type Apply = KernelExpr & { kind: "apply" };
type Select = KernelExpr & { kind: "select" };

export class Expressions {
  readonly addresses: Addresses;
  readonly vectors: VectorExpressions;
  readonly #context: KernelContext;

  constructor(context: KernelContext) {
    this.#context = context;
    this.addresses = new Addresses(context.builder, context.layout.bases, (expr) => this.as(expr, "i32"));
    this.vectors = new VectorExpressions(context, this);
  }

  as(expr: KernelExpr, type: LaneType): void {
    if (expr.kind === "const") return this.constant(type, expr.value);
    this.value(expr);
    convert(this.#context.builder, expr.type, type);
  }
  constant(type: LaneType, value: number): void {
    const { builder } = this.#context;
    const lane = laneOf(type);
    // Four lanes of +0 are shorter as whole numbers.
    if ((lane === "f32" || lane === "f64") && !(isVector(type) && Object.is(value, 0))) {
      const isLane = isVector(type) || lane === "f32";
      builder.emit(isLane ? "f32.const" : "f64.const", value);
      if (isVector(type)) builder.emit("f32x4.splat");
      return;
    }
    const whole = lane === "i32" ? value : value !== 0 ? (isVector(type) ? -1 : 1) : 0;
    builder.i32(whole);
    if (isVector(type)) builder.emit("i32x4.splat");
  }
  /** The value in a local, its own if it has one. */
  local(expr: KernelExpr, type: LaneType): Local {
    if (expr.kind === "local" && expr.type === type) {
      const { local } = lookup(this.#context.scope, expr.name);
      if (local) return local;
    }
    this.as(expr, type);
    return this.#context.builder.keep(valueType(type));
  }

  /** Leaves the value, of the expression's own type. */
  value(expr: KernelExpr): void {
    const { builder, scope } = this.#context;
    switch (expr.kind) {
      case "const":
        return this.constant(expr.type, expr.value);
      case "local": {
        const { local, sum } = lookup(scope, expr.name);
        if (local) return builder.get(local);
        if (!sum) throw new Error(`wasm: ${expr.name} has no value`);
        return this.addresses.sum(sum.terms, sum.constant);
      }
      case "linear": {
        const sum = sumOf(expr, scope)!;
        return this.addresses.sum(sum.terms, sum.constant);
      }
      case "scalar":
        return this.#scalar(expr);
      case "load":
        return isVector(expr.type) ? this.vectors.load(expr) : this.#load(expr);
      case "apply":
        return this.#apply(expr);
      case "select":
        return this.#select(expr);
      case "inside":
        this.as(expr.value, "i32");
        this.as(expr.below, "i32");
        return builder.emit("i32.lt_u");
      case "bound":
        return this.#bound(expr);
      case "splat":
      case "lanes":
      case "lane":
      case "across":
      case "sums":
        return this.vectors.value(expr);
    }
  }

  #scalar(expr: KernelExpr & { kind: "scalar" }): void {
    const { builder, scope, scalar } = this.#context;
    if (expr.name === "batch") {
      builder.get(lookup(scope, "n").local!);
      return convert(builder, "i32", expr.type);
    }
    builder.get(scalar({ name: expr.name, site: expr.site }));
    convert(builder, expr.name === "step" ? "f64" : "i32", expr.type);
  }
  #load(expr: KernelExpr & { kind: "load" }): void {
    const { builder, scope } = this.#context;
    const element = elementType(expr.array);
    const offset = this.addresses.address(expr.array, expr.index, scope);
    builder.emit(`${element}.load`, offset);
    // Truth values are stored as 0 or 1.
    if (!(expr.type === "bool" && element === "i32")) convert(builder, element, expr.type);
  }
  #bound({ op, a, b }: KernelExpr & { kind: "bound" }): void {
    const { builder } = this.#context;
    if (op === "divide") {
      if (b.kind !== "const" || b.value <= 0) throw new Error("wasm: loop bounds are divided by constants");
      this.as(a, "i32");
      builder.i32(b.value);
      return builder.emit("i32.div_s");
    }
    this.#extreme(a, b, "i32", op === "max");
  }

  /** The larger (or smaller), a if either is NaN: `a < b ? b : a`, `b < a ? b : a`. */
  #extreme(a: KernelExpr, b: KernelExpr, type: "f32" | "f64" | "i32", isLarger: boolean): void {
    const { builder } = this.#context;
    const [first, second] = [this.#repeatable(a, type), this.#repeatable(b, type)];
    second();
    first();
    first();
    second();
    builder.emit(comparisons[isLarger ? "less" : "greater"]![type]!);
    builder.emit("select");
  }
  /** Evaluates now; each call leaves the value. */
  #repeatable(expr: KernelExpr, type: LaneType): () => void {
    if (expr.kind === "const") return () => this.constant(type, expr.value);
    const local = this.local(expr, type);
    return () => this.#context.builder.get(local);
  }

  // ---- operations
  #apply(expr: Apply): void {
    const { builder } = this.#context;
    const { type } = expr;
    const { name } = expr.op;
    const [a, b, c] = expr.arguments as [KernelExpr, KernelExpr, KernelExpr];
    const vector = isVector(type);
    switch (name) {
      case "and":
      case "or":
        this.as(a, type);
        this.as(b, type);
        return builder.emit(vector ? `v128.${name}` : `i32.${name}`);
      case "not":
        this.as(a, type);
        return builder.emit(vector ? "v128.not" : "i32.eqz");
      case "number":
      case "integer":
      case "detach":
        return this.as(a, type);
      case "where":
        return this.#select({ kind: "select", type, condition: a, yes: b, no: c });
    }
    const compare = comparisons[name];
    if (compare) {
      const operands = joined(expr.arguments, vector);
      this.as(a, operands);
      this.as(b, operands);
      return builder.emit(compare[operands]!);
    }
    const instruction = arithmetic[name]?.[type];
    if (instruction) {
      for (const argument of expr.arguments) this.as(argument, type);
      return builder.emit(instruction);
    }
    if (type === "i32") return this.#whole(expr);
    if (type === "i32x4" && name !== "randomBits") return this.vectors.wholeLanes(expr);
    if (type !== "i32x4" && type !== "f32x4" && (name === "maximum" || name === "minimum"))
      return this.#extreme(a, b, type === "f64" ? "f64" : "f32", name === "maximum");
    this.#math(expr);
  }
  #whole(expr: Apply): void {
    const { builder } = this.#context;
    const { name } = expr.op;
    const [a, b] = expr.arguments as [KernelExpr, KernelExpr];
    switch (name) {
      case "negate":
        builder.i32(0);
        this.as(a, "i32");
        return builder.emit("i32.sub");
      case "abs":
        return absOfInteger(builder, this.local(a, "i32"));
      case "sign":
        return signOfInteger(builder, this.local(a, "i32"));
      case "floor":
      case "ceil":
      case "round":
        return this.as(a, "i32");
      case "maximum":
      case "minimum":
        return this.#extreme(a, b, "i32", name === "maximum");
      case "floorDivide":
      case "modulo":
        if (b.kind === "const" && b.value > 0) return divideByConstant(builder, this.local(a, "i32"), b.value, name);
        return divideByAny(builder, this.local(a, "i32"), this.local(b, "i32"), name);
    }
    this.#math(expr);
  }
  #math(expr: Apply): void {
    const { builder, helper } = this.#context;
    const { type, op } = expr;
    const [a, b] = expr.arguments as [KernelExpr, KernelExpr];
    if (op.name === "power" && b.kind === "const" && b.value === 1) return this.as(a, type);
    if (op.name === "power" && b.kind === "const" && b.value === 2) {
      const base = this.local(a, type);
      builder.get(base);
      builder.get(base);
      return builder.emit(arithmetic["multiply"]![type]!);
    }
    if (op.name === "power" && !isVector(type) && b.kind === "scalar" && b.name === "step") {
      this.as(a, "f64");
      this.as(b, "i32");
      callMath(builder, helper, "wholePower", "f64");
      return convert(builder, "f64", type);
    }
    const isWhole = op.name === "randomBits";
    const operands: LaneType = isWhole ? (isVector(type) ? "i32x4" : "i32") : type;
    const isShort = op.cost < 10;
    if (isVector(type) || isShort)
      return inlineMath(
        builder,
        op.name,
        expr.arguments.map((argument) =>
          argument.kind === "const" && operands !== "f64"
            ? { kind: "const", type: isWhole ? "i32" : "f32", value: argument.value }
            : { kind: "local", local: this.local(argument, operands) },
        ),
        isVector(type) ? "f32x4" : type === "f64" ? "f64" : "f32",
      );
    for (const argument of expr.arguments) this.as(argument, operands);
    callMath(builder, helper, op.name, type === "f64" ? "f64" : "f32");
  }

  // ---- choice
  #select(expr: Select): void {
    const { builder } = this.#context;
    const { condition, yes, no, type } = expr;
    const extreme = extremeOf(expr);
    if (extreme) {
      const { a, b, isLarger } = extreme;
      if (type === "f32x4") {
        this.as(a, type);
        this.as(b, type);
        return builder.emit(isLarger ? "f32x4.pmax" : "f32x4.pmin");
      }
      if (type === "f32" || type === "f64" || type === "i32") return this.#extreme(a, b, type, isLarger);
    }
    if (isVector(condition.type)) return this.vectors.choose(expr);
    if (isSafe(yes, 4) && isSafe(no, 4)) {
      this.as(yes, type);
      this.as(no, type);
      this.as(condition, "bool");
      return builder.emit("select");
    }
    this.as(condition, "bool");
    builder.if(
      () => this.addresses.within([], () => this.as(yes, type)),
      () => this.addresses.within([], () => this.as(no, type)),
      valueType(type),
    );
  }
}

/** The type in which operands are compared. */
function joined(exprs: readonly KernelExpr[], vector: boolean): LaneType {
  const lanes = exprs.map(({ type }) => laneOf(type));
  const lane = lanes.includes("f32") ? "f32" : lanes.includes("f64") ? "f64" : "i32";
  return vector ? lanesOf(lane) : lane;
}

/** Cheap, and reads no memory: better evaluated in vain than jumped over. */
function isSafe(expr: KernelExpr, most: number): boolean {
  if (expr.kind === "load" || most === 0) return false;
  if (expr.kind === "apply" && expr.op.cost > 1) return false;
  return partsOf(expr).every((part) => isSafe(part, most - 1));
}
