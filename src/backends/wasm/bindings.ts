/** @file Names of a kernel as bindings: what they hold, where, and between which bounds; index arithmetic over them. */
import type { KernelExpr, KernelStatement, LaneType } from "../../ir/kernel.js";
import type { Local } from "./function.js";

export interface Interval {
  readonly min: number;
  readonly max: number;
}
/** One definition of a name. */
export interface Binding {
  readonly id: number;
  readonly type: LaneType;
  readonly range: Interval;
  /** A sum of other bindings that stands for it in addresses. */
  readonly sum: Sum | undefined;
  /** An accumulator: its value changes. */
  readonly isMutable: boolean;
  /** Set when its definition is lowered; a `sum` that only addresses use has none. */
  local: Local | undefined;
}
/** `constant + sum of factor * binding`. */
export interface Sum {
  readonly constant: number;
  readonly terms: readonly Term[];
}
/** Ordered by binding. */
export interface Term {
  readonly binding: Binding;
  readonly factor: number;
}
export type Scope = ReadonlyMap<string, Binding>;

const anything: Interval = { min: -Infinity, max: Infinity };

export function combine(terms: readonly Term[]): readonly Term[] {
  const factors = new Map<Binding, number>();
  for (const { binding, factor } of terms) factors.set(binding, (factors.get(binding) ?? 0) + factor);
  return [...factors]
    .filter(([, factor]) => factor !== 0)
    .map(([binding, factor]) => ({ binding, factor }))
    .sort((a, b) => a.binding.id - b.binding.id);
}
export const scaled = (terms: readonly Term[], by: number): readonly Term[] =>
  by === 1 ? terms : terms.map(({ binding, factor }) => ({ binding, factor: factor * by }));

export function rangeOfSum({ constant, terms }: Sum): Interval {
  let min = constant;
  let max = constant;
  for (const { binding, factor } of terms) {
    min += factor * (factor > 0 ? binding.range.min : binding.range.max);
    max += factor * (factor > 0 ? binding.range.max : binding.range.min);
  }
  return { min, max };
}

export function lookup(scope: Scope, name: string): Binding {
  const binding = scope.get(name);
  if (!binding) throw new Error(`kernel: ${name} is not defined`);
  return binding;
}
/** An i32 as a sum, if it is one. */
export function sumOf(expr: KernelExpr, scope: Scope): Sum | undefined {
  switch (expr.kind) {
    case "const":
      return { constant: expr.value, terms: [] };
    case "local": {
      const binding = lookup(scope, expr.name);
      return binding.sum ?? { constant: 0, terms: [{ binding, factor: 1 }] };
    }
    case "scalar":
      return expr.name === "batch" ? { constant: 0, terms: [{ binding: lookup(scope, "n"), factor: 1 }] } : undefined;
    case "linear": {
      let { constant } = expr;
      const terms = expr.terms.flatMap(({ name, factor }) => {
        const binding = lookup(scope, name);
        if (!binding.sum) return [{ binding, factor }];
        constant += binding.sum.constant * factor;
        return scaled(binding.sum.terms, factor);
      });
      return { constant, terms: combine(terms) };
    }
    default:
      return undefined;
  }
}

export function rangeOf(expr: KernelExpr, scope: Scope): Interval {
  const sum = sumOf(expr, scope);
  if (sum) return rangeOfSum(sum);
  if (expr.kind === "bound") {
    const a = rangeOf(expr.a, scope);
    const b = rangeOf(expr.b, scope);
    if (expr.op !== "divide") return { min: Math[expr.op](a.min, b.min), max: Math[expr.op](a.max, b.max) };
    return b.min === b.max && b.min > 0 ? { min: Math.trunc(a.min / b.min), max: Math.trunc(a.max / b.max) } : anything;
  }
  if (expr.kind === "apply" && expr.type === "i32") {
    const [a, b] = expr.arguments;
    const by = b?.kind === "const" && b.value > 0 ? b.value : undefined;
    if (by !== undefined && expr.op.name === "modulo") return { min: 0, max: by - 1 };
    if (by !== undefined && expr.op.name === "floorDivide") {
      const { min, max } = rangeOf(a!, scope);
      return { min: Math.floor(min / by), max: Math.floor(max / by) };
    }
    if (expr.op.name === "randomBits") return { min: 0, max: 2 ** 24 - 1 };
  }
  return anything;
}

/** Makes bindings; ids grow in the order of definition. */
export class Binder {
  #count = 0;
  bind(type: LaneType, range: Interval = anything, sum?: Sum): Binding {
    return { id: this.#count++, type, range, sum, isMutable: false, local: undefined };
  }
  accumulator(type: LaneType): Binding {
    return { ...this.bind(type), isMutable: true };
  }
  /** The variable of a loop. */
  loop(statement: KernelStatement & { kind: "for" }, scope: Scope): Binding {
    const from = rangeOf(statement.from, scope);
    const to = rangeOf(statement.to, scope);
    return this.bind("i32", { min: from.min, max: Math.max(from.min, to.max - 1) });
  }
  let(value: KernelExpr, scope: Scope): Binding {
    if (value.type !== "i32") return this.bind(value.type);
    const sum = sumOf(value, scope);
    const isFixed = sum?.terms.every(({ binding }) => !binding.isMutable);
    return this.bind("i32", rangeOf(value, scope), isFixed ? sum : undefined);
  }
}
