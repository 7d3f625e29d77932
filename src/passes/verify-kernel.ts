/**
 * @file Checks kernels: every name is defined before its use and once per block, accumulators alone are assigned, loops advance,
 * and every index whose bounds are known stays inside its array. A fault is a defect of the scheduler.
 */
import type { ArrayName, CompiledProgram, Kernel, KernelExpr, KernelStatement } from "../ir/kernel.js";
import { operandsOf, partsOf } from "./tidy.js";

/** Elements of each array; of arrays that are absent, indices are not checked. */
export type ArrayLengths = Readonly<Partial<Record<ArrayName, number>>>;

interface Interval {
  readonly min: number;
  readonly max: number;
  /** Comes from clipped bounds, which hold together with other indices: intervals alone would accuse them wrongly. */
  readonly isClipped?: boolean;
  /** Divides every value; absent: 1. */
  readonly divisor?: number;
}
const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

interface Name {
  readonly range: Interval;
  readonly isAccumulator: boolean;
}
const unknown: Interval = { min: -Infinity, max: Infinity };

export function verifyProgram(program: CompiledProgram, batch: number, lengths: ArrayLengths = {}): readonly string[] {
  const all = { ...lengths, activations: program.activations, integers: program.integers };
  const faults: string[] = [];
  const names = new Set<string>();
  for (const kernel of program.kernels) {
    if (names.has(kernel.name)) faults.push(`two kernels are called ${kernel.name}`);
    names.add(kernel.name);
    if (!/^[A-Za-z_]\w*$/.test(kernel.name)) faults.push(`${kernel.name} is no identifier`);
    faults.push(...verifyKernel(kernel, batch, all).map((fault) => `${kernel.name}: ${fault}`));
  }
  for (const region of program.regions) {
    const length = all[region.array];
    if (length !== undefined && region.offset + region.length > length)
      faults.push(`tensor ${region.tensor.id} ends at ${region.offset + region.length} of ${length} ${region.array}`);
  }
  return faults;
}

export function verifyKernel(kernel: Kernel, batch: number, lengths: ArrayLengths): readonly string[] {
  const verifier = new Verifier(lengths);
  verifier.block(kernel.body, new Map([["n", { range: { min: 1, max: batch }, isAccumulator: false }]]));
  return verifier.faults;
}

class Verifier {
  readonly faults: string[] = [];
  readonly #lengths: ArrayLengths;

  constructor(lengths: ArrayLengths) {
    this.#lengths = lengths;
  }

  block(statements: readonly KernelStatement[], outer: ReadonlyMap<string, Name>): void {
    const names = new Map(outer);
    const own = new Set<string>();
    const define = (name: string, value: Name) => {
      if (own.has(name)) this.faults.push(`${name} is defined twice in a block`);
      own.add(name);
      names.set(name, value);
    };
    for (const statement of statements) {
      for (const operand of operandsOf(statement)) this.#expression(operand, names, false);
      switch (statement.kind) {
        case "let":
          define(statement.name, { range: this.#range(statement.value, names), isAccumulator: false });
          break;
        case "var":
          define(statement.name, { range: unknown, isAccumulator: true });
          break;
        case "assign":
          if (names.get(statement.name)?.isAccumulator !== true)
            this.faults.push(`${statement.name} is assigned but is no accumulator`);
          break;
        case "store":
          this.#index(statement.array, this.#range(statement.index, names), 1);
          break;
        case "fill":
          this.#index(
            statement.array,
            { min: this.#range(statement.from, names).min, max: this.#range(statement.to, names).max },
            0,
          );
          break;
        case "if":
          this.#guarded(statement.body, names);
          break;
        case "for": {
          if (!(statement.step >= 1)) this.faults.push(`${statement.variable} advances by ${statement.step}`);
          const from = this.#range(statement.from, names);
          const to = this.#range(statement.to, names);
          // A loop that never runs proves nothing; one that runs stays below `to`.
          const divisor = gcd(statement.step, gcd(from.divisor ?? 1, to.divisor ?? 1));
          const beyond = from.min === from.max ? (to.max - 1 - from.min) % statement.step : divisor - 1;
          const isClipped = from.isClipped || to.isClipped || false;
          const range = { min: from.min, max: Math.max(from.min, to.max - 1 - beyond), isClipped, divisor };
          if (to.max > from.min)
            this.block(statement.body, new Map(names).set(statement.variable, { range, isAccumulator: false }));
        }
      }
    }
  }

  /** Indices below a condition may be bounded by it: only names are checked. */
  #guarded(statements: readonly KernelStatement[], names: ReadonlyMap<string, Name>): void {
    const unchecked = new Verifier({});
    unchecked.block(statements, names);
    this.faults.push(...unchecked.faults);
  }

  #expression(expr: KernelExpr, names: ReadonlyMap<string, Name>, guarded: boolean): void {
    const used = expr.kind === "local" ? [expr.name] : expr.kind === "linear" ? expr.terms.map(({ name }) => name) : [];
    for (const name of used) if (!names.has(name)) this.faults.push(`${name} is used before it is defined`);
    if (expr.kind === "load" && !guarded) this.#index(expr.array, this.#range(expr.index, names), 1);
    if (expr.kind === "select") {
      this.#expression(expr.condition, names, guarded);
      this.#expression(expr.yes, names, true);
      this.#expression(expr.no, names, true);
    } else for (const part of partsOf(expr)) this.#expression(part, names, guarded);
  }

  /** `room`: elements accessed at the last index. */
  #index(array: ArrayName, { min, max, isClipped }: Interval, room: number): void {
    const length = this.#lengths[array];
    if (length === undefined || isClipped) return;
    if (min !== -Infinity && min < 0) this.faults.push(`${array} is accessed at ${min}`);
    if (max !== Infinity && max + room > length) this.faults.push(`${array} of ${length} is accessed at ${max}`);
  }

  #range(expr: KernelExpr, names: ReadonlyMap<string, Name>): Interval {
    switch (expr.kind) {
      case "const":
        return { min: expr.value, max: expr.value, divisor: expr.value };
      case "local":
        return names.get(expr.name)?.range ?? unknown;
      case "linear": {
        let min = expr.constant;
        let max = expr.constant;
        let isClipped = false;
        let divisor = expr.constant;
        for (const { name, factor } of expr.terms) {
          const range = names.get(name)?.range ?? unknown;
          min += factor * (factor > 0 ? range.min : range.max);
          max += factor * (factor > 0 ? range.max : range.min);
          isClipped ||= range.isClipped ?? false;
          divisor = gcd(divisor, factor * (range.divisor ?? 1));
        }
        return { min, max, isClipped, divisor };
      }
      case "bound": {
        const a = this.#range(expr.a, names);
        const b = this.#range(expr.b, names);
        if (expr.op === "divide")
          return b.min === b.max ? { min: Math.trunc(a.min / b.min), max: Math.trunc(a.max / b.min) } : unknown;
        return { min: Math[expr.op](a.min, b.min), max: Math[expr.op](a.max, b.max), isClipped: true };
      }
      default:
        return unknown;
    }
  }
}
