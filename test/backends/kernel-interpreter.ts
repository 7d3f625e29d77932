/** @file Kernel IR executed statement by statement in f64, vectors included: what back ends are compared with, apart from any scheduler. */
import type { ArrayName, Kernel, KernelExpr, KernelStatement, LaneType } from "../../src/ir/kernel.js";

type Value = number | readonly number[];
export interface KernelMemory {
  readonly arrays: Readonly<Partial<Record<ArrayName, { [index: number]: number; readonly length: number }>>>;
  readonly n: number;
  readonly step: number;
  readonly key: (site: number) => number;
}

const isVector = (type: LaneType) => type.endsWith("x4");
const isWhole = (type: LaneType) => type === "i32" || type === "i32x4";
const list = (value: Value): readonly number[] => (typeof value === "number" ? [value, value, value, value] : value);
const scalar = (value: Value): number => {
  if (typeof value !== "number") throw new Error("four lanes where one is due");
  return value;
};
function map(type: LaneType, compute: (lane: number) => number): Value {
  return isVector(type) ? [0, 1, 2, 3].map(compute) : compute(0);
}

export function interpretKernel(kernel: Kernel, memory: KernelMemory): void {
  new Run(memory).block(kernel.body, new Map([["n", { value: memory.n }]]));
}

type Scope = Map<string, { value: Value }>;

class Run {
  readonly #memory: KernelMemory;
  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  block(statements: readonly KernelStatement[], outer: Scope): void {
    const scope: Scope = new Map(outer);
    for (const statement of statements) this.#statement(statement, scope);
  }
  #statement(statement: KernelStatement, scope: Scope): void {
    const value = (expr: KernelExpr) => this.#value(expr, scope);
    switch (statement.kind) {
      case "let":
      case "var":
        scope.set(statement.name, { value: value(statement.value) });
        return;
      case "assign":
        scope.get(statement.name)!.value = value(statement.value);
        return;
      case "store": {
        const array = this.#array(statement.array);
        const index = scalar(value(statement.index));
        const stored = value(statement.value);
        const values = isVector(statement.value.type) ? list(stored) : [scalar(stored)];
        values.forEach((one, k) => {
          this.#check(statement.array, index + k);
          array[index + k] = statement.accumulate ? array[index + k]! + one : one;
        });
        return;
      }
      case "fill": {
        const array = this.#array(statement.array);
        for (let k = scalar(value(statement.from)); k < scalar(value(statement.to)); k++) array[k] = 0;
        return;
      }
      case "if":
        if (scalar(value(statement.condition)) !== 0) this.block(statement.body, scope);
        return;
      case "for": {
        const to = scalar(value(statement.to));
        for (let k = scalar(value(statement.from)); k < to; k += statement.step)
          this.block(statement.body, new Map(scope).set(statement.variable, { value: k }));
      }
    }
  }

  #array(name: ArrayName) {
    const array = this.#memory.arrays[name];
    if (!array) throw new Error(`no array ${name}`);
    return array;
  }
  #check(name: ArrayName, index: number): void {
    if (!(index >= 0 && index < this.#array(name).length)) throw new Error(`${name}[${index}] is outside`);
  }

  #value(expr: KernelExpr, scope: Scope): Value {
    const value = (part: KernelExpr) => this.#value(part, scope);
    switch (expr.kind) {
      case "const":
        return map(expr.type, () => expr.value);
      case "local":
        return scope.get(expr.name)!.value;
      case "linear":
        return expr.terms.reduce(
          (sum, { name, factor }) => sum + factor * scalar(scope.get(name)!.value),
          expr.constant,
        );
      case "scalar":
        if (expr.name === "batch") return this.#memory.n;
        return expr.name === "step" ? this.#memory.step : this.#memory.key(expr.site);
      case "load": {
        const index = scalar(value(expr.index));
        // Lanes may reach a little beyond the end, where what they read is not used.
        if (!isVector(expr.type)) this.#check(expr.array, index);
        const array = this.#array(expr.array);
        return map(expr.type, (lane) => array[index + lane] ?? NaN);
      }
      case "apply": {
        const operands = expr.arguments.map((argument) => list(value(argument)));
        return map(expr.type, (lane) => {
          const given = operands.map((argument) => argument[lane]!);
          const { integer, reference } = expr.op;
          if (!isWhole(expr.type)) return reference(...given);
          return (integer ?? reference)(...given) | 0;
        });
      }
      case "select": {
        if (!isVector(expr.condition.type)) return value(scalar(value(expr.condition)) !== 0 ? expr.yes : expr.no);
        const [condition, yes, no] = [expr.condition, expr.yes, expr.no].map((part) => list(value(part)));
        return map(expr.type, (lane) => (condition![lane] !== 0 ? yes! : no!)[lane]!);
      }
      case "inside": {
        const inner = scalar(value(expr.value));
        return inner >= 0 && inner < scalar(value(expr.below)) ? 1 : 0;
      }
      case "bound": {
        const [a, b] = [scalar(value(expr.a)), scalar(value(expr.b))];
        return expr.op === "divide" ? Math.trunc(a / b) : Math[expr.op](a, b);
      }
      case "splat":
        return list(scalar(value(expr.value)));
      case "lanes":
        return expr.values.map((one) => scalar(value(one)));
      case "lane":
        return list(value(expr.value))[expr.lane]!;
      case "across":
        return across(expr.op, list(value(expr.value)));
      case "sums":
        return expr.values.map((one) => across("sum", list(value(one))));
    }
  }
}

function across(op: "sum" | "product" | "max" | "min", [a, b, c, d]: readonly number[]): number {
  const combine = { sum: add, product: multiply, max: Math.max, min: Math.min }[op];
  return combine(combine(a!, c!), combine(b!, d!));
}
const add = (a: number, b: number) => a + b;
const multiply = (a: number, b: number) => a * b;
