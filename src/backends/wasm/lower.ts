/** @file Statements of a kernel as a WebAssembly function. */
import type { ArrayName, Kernel, KernelExpr, KernelStatement } from "../../ir/kernel.js";
import { elementType, type ScalarParameter } from "../arrays.js";
import { biasOf, type Pointer, times } from "./addresses.js";
import { Binder, type Binding, lookup, rangeOf, type Scope, type Term } from "./bindings.js";
import type { Helper, KernelContext, WasmLayout } from "./context.js";
import { isVector, valueType } from "./convert.js";
import type { WasmFunction } from "./encode.js";
import { Expressions } from "./expressions.js";
import { FunctionBuilder, type Local } from "./function.js";
import type { Instruction } from "./instructions.js";
import { elementSize, keyOf, type Node, planNodes } from "./plan.js";
import { cut, isShared, Sharing } from "./sharing.js";
import { scalarsOf, valueUses } from "./uses.js";

export interface LoweredKernel {
  readonly code: WasmFunction;
  /** Parameters after `n`. */
  readonly scalars: readonly ScalarParameter[];
  /** All threads run it, each its share; others run on the first thread only. */
  readonly isShared: boolean;
}

export function lowerKernel(kernel: Kernel, layout: WasmLayout, helper: Helper, barrier: () => number): LoweredKernel {
  const scalars = scalarsOf(kernel.body);
  const builder = new FunctionBuilder(["i32", ...scalars.map(({ name }) => scalarType(name))]);
  const binder = new Binder();
  const n = { ...binder.bind("i32", { min: 1, max: Infinity }), local: builder.parameter(0) };
  const scope: Scope = new Map([["n", n]]);
  const context: KernelContext = {
    builder,
    layout,
    helper,
    scalar: ({ name, site }) =>
      builder.parameter(1 + scalars.findIndex((other) => other.name === name && other.site === site)),
    scope,
  };
  const shared = isShared(kernel);
  const sharing = shared ? new Sharing(builder, () => builder.emit("call", barrier())) : undefined;
  const lowering = new Lowering(context, valueUses(kernel.body), sharing);
  lowering.block(planNodes(binder, kernel.body, scope), scope, true);
  return { code: builder.finish(kernel.name), scalars, isShared: shared };
}

const scalarType = (name: ScalarParameter["name"]) => (name === "step" ? "f64" : "i32");

class Lowering {
  readonly #context: KernelContext;
  readonly #builder: FunctionBuilder;
  readonly #expressions: Expressions;
  readonly #valueUses: ReadonlySet<string>;

  readonly #sharing: Sharing | undefined;

  constructor(context: KernelContext, valueUses: ReadonlySet<string>, sharing: Sharing | undefined) {
    this.#sharing = sharing;
    this.#context = context;
    this.#builder = context.builder;
    this.#expressions = new Expressions(context);
    this.#valueUses = valueUses;
  }

  /** With `meets`: the top of a kernel, or a loop in which threads meet. */
  block(nodes: readonly Node[], outer: Scope, meets = false): void {
    const sharing = meets ? this.#sharing : undefined;
    const scope = new Map(outer);
    for (const node of nodes) {
      this.#context.scope = scope;
      const { statement, binding } = node;
      const emit = () => this.#statement(node, scope);
      if (sharing) this.#expressions.addresses.within([], () => sharing.statement(statement, emit));
      else emit();
      if (binding && statement.kind !== "for") scope.set((statement as { name: string }).name, binding);
    }
  }

  #statement(node: Node, scope: Scope): void {
    const builder = this.#builder;
    const { statement, binding } = node;
    switch (statement.kind) {
      case "let": {
        if (binding!.sum && !this.#valueUses.has(statement.name)) return;
        this.#expressions.value(statement.value);
        binding!.local = builder.keep(valueType(statement.value.type));
        return;
      }
      case "var": {
        this.#expressions.as(statement.value, statement.type);
        binding!.local = builder.keep(valueType(statement.type));
        return;
      }
      case "assign": {
        const target = lookup(scope, statement.name);
        this.#expressions.as(statement.value, target.type);
        return builder.set(target.local!);
      }
      case "store": {
        const { array, index, value, accumulate } = statement;
        if (isVector(value.type)) return this.#expressions.vectors.store(array, index, value, accumulate);
        return this.#store(array, index, value, accumulate);
      }
      case "fill":
        return this.#fill(statement, scope);
      case "if":
        this.#expressions.as(statement.condition, "bool");
        return builder.if(() => this.#expressions.addresses.within([], () => this.block(node.body, scope)));
      case "for":
        return this.#for(node, statement, binding!, scope);
    }
  }

  #store(array: ArrayName, index: KernelExpr, value: KernelExpr, accumulate: boolean): void {
    const builder = this.#builder;
    const { scope } = this.#context;
    const element = elementType(array);
    const offset = this.#expressions.addresses.address(array, index, scope);
    // One lane of a vector goes to memory as it is.
    if (value.kind === "lane" && value.value.type === "f32x4" && element === "f32" && !accumulate) {
      this.#expressions.value(value.value);
      return builder.emit("v128.store32_lane", offset, value.lane);
    }
    if (accumulate) {
      const address = builder.keep("i32");
      builder.get(address);
      builder.get(address);
      builder.emit(`${element}.load`, offset);
    }
    this.#expressions.as(value, element);
    if (accumulate) builder.emit(`${element}.add`);
    builder.emit(`${element}.store`, offset);
  }
  #fill(statement: KernelStatement & { kind: "fill" }, scope: Scope): void {
    const builder = this.#builder;
    const { array, from, to } = statement;
    const pushAddress = (expr: KernelExpr) => {
      const offset = this.#expressions.addresses.address(array, expr, scope);
      if (offset === 0) return;
      builder.i32(offset);
      builder.emit("i32.add");
    };
    pushAddress(from);
    builder.i32(0);
    this.#expressions.as(to, "i32");
    this.#expressions.as(from, "i32");
    builder.emit("i32.sub");
    builder.i32(Math.log2(elementSize(array)));
    builder.emit("i32.shl");
    builder.emit("memory.fill");
  }

  // ---- loops
  #for(node: Node, statement: KernelStatement & { kind: "for" }, binding: Binding, scope: Scope): void {
    const builder = this.#builder;
    const { step, split, variable: name } = statement;
    let start = this.#bound(statement.from);
    let end = this.#bound(statement.to);
    const isFixed = typeof start === "number" && typeof end === "number";
    let isSure = rangeOf(statement.to, scope).min > rangeOf(statement.from, scope).max;
    if (isFixed && !isSure) return;
    if (split) {
      const { from, to } = cut(builder, this.#context.helper, { start, end, step });
      [start, end] = [from, to];
      isSure = false;
    }
    binding.local = builder.local("i32");
    const loop: Loop = { node, binding, variable: binding.local, start, end, step, scope: bind(scope, name, binding) };
    if (isSure) return this.#loop(loop);
    push(builder, start);
    push(builder, end);
    builder.emit("i32.lt_s");
    builder.if(() => this.#loop(loop));
  }
  /** A constant, or a local that holds the value. */
  #bound(expr: KernelExpr): Bound {
    return expr.kind === "const" ? expr.value : this.#expressions.local(expr, "i32");
  }

  #iteration({ statement, body }: Node, scope: Scope): void {
    const meets = statement.kind === "for" && statement.meets === true;
    this.block(body, scope, meets);
    if (meets) this.#sharing?.iterated();
  }
  #loop({ node, binding, variable, start, end, step, scope }: Loop): void {
    const builder = this.#builder;
    const { addresses } = this.#expressions;
    const trips = typeof start === "number" && typeof end === "number" ? Math.ceil((end - start) / step) : undefined;
    const begin = () => {
      push(builder, start);
      builder.set(variable);
    };
    if (trips === 1) {
      begin();
      return this.#iteration(node, scope);
    }
    const pointers = node.pointers.map((terms): Pointer => {
      const least = biasOf(terms);
      const bias = least ?? 0;
      const factor = factorOf(terms, binding);
      const fixed = terms.filter((term) => term.binding !== binding);
      if (typeof start === "number") addresses.sum(fixed, bias + start * factor);
      else addresses.sum([...fixed, { binding: { ...binding, local: start }, factor }], bias);
      return { key: keyOf(terms), terms, bias, isSafe: least !== undefined, local: builder.keep("i32") };
    });
    const body = builder.apart(() => addresses.within(pointers, () => this.#iteration(node, scope)));
    const strides = pointers.map(({ terms }) => factorOf(terms, binding) * step);
    const advance = (local: Local, by: number) => {
      builder.get(local);
      builder.i32(by);
      builder.emit("i32.add");
    };
    // Where only addresses use the variable, a pointer counts the iterations. Beyond 2 GiB it would be no signed number.
    const mayCount = this.#context.layout.bytes <= 2 ** 31 && !reads(body, variable);
    const counter = mayCount ? strides.findIndex((stride) => stride > 0) : -1;
    let limit: Bound = end;
    if (counter < 0) begin();
    else {
      const { local, terms } = pointers[counter]!;
      builder.get(local);
      if (trips !== undefined) builder.i32(trips * strides[counter]!);
      else {
        push(builder, end);
        if (start !== 0) {
          push(builder, start);
          builder.emit("i32.sub");
        }
        times(builder, factorOf(terms, binding));
      }
      builder.emit("i32.add");
      limit = builder.keep("i32");
    }
    builder.loop(() => {
      builder.append(body);
      pointers.forEach(({ local }, k) => {
        if (k === counter) return;
        advance(local, strides[k]!);
        builder.set(local);
      });
      const counted = counter >= 0 ? pointers[counter]!.local : variable;
      advance(counted, counter >= 0 ? strides[counter]! : step);
      builder.tee(counted);
      push(builder, limit);
      builder.emit("i32.lt_s");
    });
  }
}

type Bound = number | Local;
interface Loop {
  readonly node: Node;
  readonly binding: Binding;
  readonly variable: Local;
  readonly start: Bound;
  readonly end: Bound;
  readonly step: number;
  /** Of the body. */
  readonly scope: Scope;
}

function push(builder: FunctionBuilder, bound: Bound): void {
  if (typeof bound === "number") builder.i32(bound);
  else builder.get(bound);
}
const bind = (scope: Scope, name: string, binding: Binding): Scope => new Map(scope).set(name, binding);
const factorOf = (terms: readonly Term[], binding: Binding): number =>
  terms.find((term) => term.binding === binding)!.factor;
const reads = (code: readonly Instruction[], { index }: Local): boolean =>
  code.some(({ name, immediates }) => name === "local.get" && Number(immediates[0]) === index);
