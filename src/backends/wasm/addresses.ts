/** @file Emits addresses: from the pointers that the open loops keep as far as they go, the rest added up on the spot. */
import type { ArrayName, KernelExpr } from "../../ir/kernel.js";
import { type Binding, combine, rangeOfSum, scaled, type Scope, sumOf, type Term } from "./bindings.js";
import type { FunctionBuilder, Local } from "./function.js";
import { elementSize, keyOf } from "./plan.js";

export interface Pointer {
  /** Of its terms. */
  readonly key: string;
  readonly terms: readonly Term[];
  readonly local: Local;
  /** It holds the sum plus this. */
  readonly bias: number;
  /** Certainly not negative, so that the rest of an address can be part of the instruction. */
  readonly isSafe: boolean;
}

/** What has to be added to a sum so that it is never negative; undefined where no bound is known. */
export function biasOf(terms: readonly Term[]): number | undefined {
  const { min } = rangeOfSum({ constant: 0, terms });
  return Number.isFinite(min) ? Math.max(0, -min) : undefined;
}

export class Addresses {
  readonly #builder: FunctionBuilder;
  readonly #bases: Readonly<Partial<Record<ArrayName, number>>>;
  /** Emits the value of an i32 expression. */
  readonly #value: (expr: KernelExpr) => void;
  readonly #pointers: Pointer[] = [];

  constructor(
    builder: FunctionBuilder,
    bases: Readonly<Partial<Record<ArrayName, number>>>,
    value: (expr: KernelExpr) => void,
  ) {
    this.#builder = builder;
    this.#bases = bases;
    this.#value = value;
  }

  /** Runs `body` while a loop keeps these pointers; what it makes of its own ends with it. */
  within(pointers: readonly Pointer[], body: () => void): void {
    const { length } = this.#pointers;
    this.#pointers.push(...pointers);
    body();
    this.#pointers.length = length;
  }

  /**
   * Leaves the dynamic part of an address on the stack and returns the constant part, for the instruction. The sum of both is
   * taken without wrapping, so a dynamic part that may be negative takes the constant in. Equal sums in a block share a local.
   */
  address(array: ArrayName, index: KernelExpr, scope: Scope): number {
    const builder = this.#builder;
    const size = elementSize(array);
    const base = this.#bases[array];
    if (base === undefined) throw new Error(`wasm: no memory for ${array}`);
    const sum = sumOf(index, scope);
    if (!sum) {
      this.#value(index);
      builder.i32(Math.log2(size));
      builder.emit("i32.shl");
      return this.#include(base);
    }
    const constant = base + sum.constant * size;
    const terms = scaled(sum.terms, size);
    if (terms.length === 0) {
      builder.i32(0);
      return constant;
    }
    const key = keyOf(terms);
    const known = this.#pointers.findLast((other) => other.key === key && other.isSafe && other.bias <= constant);
    if (known) {
      builder.get(known.local);
      return constant - known.bias;
    }
    // Without a bound the whole address is certain to be one, and others of the sum that lie beyond it use it.
    const least = biasOf(terms);
    const bias = least !== undefined && least <= constant ? least : constant;
    this.sum(terms, bias);
    if (terms.some(({ binding }) => binding.isMutable)) return constant - bias;
    const local = builder.local("i32");
    builder.tee(local);
    this.#pointers.push({ key, terms, local, bias, isSafe: true });
    return constant - bias;
  }
  #include(constant: number): number {
    this.#builder.i32(constant);
    this.#builder.emit("i32.add");
    return 0;
  }

  /** Leaves `constant + terms` on the stack. */
  sum(terms: readonly Term[], constant: number): void {
    const builder = this.#builder;
    const pointer = this.#longestPart(terms);
    let isEmpty = true;
    const add = () => {
      if (!isEmpty) builder.emit("i32.add");
      isEmpty = false;
    };
    let rest = terms;
    if (pointer) {
      builder.get(pointer.local);
      constant -= pointer.bias;
      rest = combine([...terms, ...scaled(pointer.terms, -1)]);
      add();
    }
    for (const { binding, factor } of rest) {
      this.#times(binding, factor);
      add();
    }
    if (constant !== 0 || isEmpty) {
      builder.i32(constant);
      add();
    }
  }
  #times(binding: Binding, factor: number): void {
    const builder = this.#builder;
    if (!binding.local) throw new Error("wasm: a name has no value");
    builder.get(binding.local);
    times(builder, factor);
  }
  #longestPart(terms: readonly Term[]): Pointer | undefined {
    const wanted = new Set(terms.map((term) => keyOf([term])));
    let best: Pointer | undefined;
    for (const pointer of this.#pointers)
      if (pointer.terms.length > (best?.terms.length ?? 0) && pointer.terms.every((term) => wanted.has(keyOf([term]))))
        best = pointer;
    return best;
  }
}

/** Multiplies what is on the stack. */
export function times(builder: FunctionBuilder, factor: number): void {
  if (factor === 1) return;
  const shift = Math.log2(factor);
  builder.i32(Number.isInteger(shift) ? shift : factor);
  builder.emit(Number.isInteger(shift) ? "i32.shl" : "i32.mul");
}
