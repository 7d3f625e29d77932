/** @file The interpreter in f64: slow and obviously right, the living definition of every node. */
import { drawKey } from "./draws.js";
import { sizeOf } from "./graph.js";
import { byLevel, topological } from "./traverse.js";
import type {
  ArenaName,
  Axis,
  CarriedTensor,
  Expr,
  Extent,
  Placeholder,
  Program,
  Reducer,
  Scan,
  ScanResult,
  Tensor,
} from "./types.js";

export type Memory = { readonly [name in ArenaName]?: Float64Array };

export interface Environment {
  readonly memory: Memory;
  /** Examples in this call. */
  readonly batch: number;
  /** 1 at the first update. */
  readonly step: number;
  readonly seed: number;
  readonly placeholders?: ReadonlyMap<Placeholder, Float64Array>;
}

/** The values of tensors, row-major. */
export function evaluate(tensors: readonly Tensor[], environment: Environment): Float64Array[] {
  const run = new Run(tensors, environment);
  return tensors.map((tensor) => run.value(tensor));
}

/** Runs a program's stages; its stores change `environment.memory`. */
export function interpret(program: Program, environment: Environment): void {
  for (const stage of program.stages) {
    const values = evaluate(
      stage.map(({ value }) => value),
      environment,
    );
    stage.forEach(({ target }, k) => arena(environment.memory, target.arena).set(values[k]!, target.offset));
  }
}

function arena(memory: Memory, name: ArenaName): Float64Array {
  const array = memory[name];
  if (!array) throw new Error(`no memory for arena ${name}`);
  return array;
}

type Closure = () => number;

/** `definition` of what the parts give; one and two of them without a list. */
function called(definition: (...values: number[]) => number, parts: readonly Closure[]): Closure {
  const [a, b] = parts as readonly [Closure, Closure];
  if (parts.length === 1) return () => definition(a());
  if (parts.length === 2) return () => definition(a(), b());
  return () => definition(...parts.map((part) => part()));
}

/** What a reducer gives for the values of `body` at the points, in their order. */
function fold(reducer: Reducer, points: (action: () => void) => void, body: Closure): number {
  let position = 0;
  let first = 0;
  let result = { sum: 0, product: 1, max: -Infinity, min: Infinity, argmax: -Infinity, argmin: Infinity }[reducer];
  points(() => {
    const value = body();
    if (reducer === "sum") result += value;
    else if (reducer === "product") result *= value;
    else if (reducer === "max" || reducer === "argmax" ? value > result : value < result) {
      result = value;
      first = position;
    }
    position++;
  });
  return reducer === "argmax" || reducer === "argmin" ? first : result;
}

class Run {
  readonly #environment: Environment;
  readonly #levels: ReadonlyMap<Scan | undefined, readonly Tensor[]>;
  readonly #values = new Map<Tensor, Float64Array>();
  /** The current value of every index variable, by slot. */
  readonly #point: number[] = [];
  readonly #slots = new Map<Axis, number>();

  constructor(roots: readonly Tensor[], environment: Environment) {
    this.#environment = environment;
    this.#levels = byLevel(topological(roots));
    this.#level(undefined);
  }

  /** Computes what is at a level, each scan once for all of its results. */
  #level(level: Scan | undefined): void {
    const done = new Set<Scan>();
    for (const tensor of this.#levels.get(level) ?? []) {
      if (tensor.kind === "result") {
        if (!done.has(tensor.scan)) this.#scan(tensor.scan);
        done.add(tensor.scan);
      } else if (tensor.kind !== "carried") this.#values.set(tensor, this.#compute(tensor));
    }
  }

  value(tensor: Tensor): Float64Array {
    const value = this.#values.get(tensor);
    if (!value) throw new Error(`${tensor.kind} ${tensor.id} ${tensor.origin.label} has no value`);
    return value;
  }
  #count(extent: Extent): number {
    return extent === "batch" ? this.#environment.batch : extent;
  }
  #size(shape: readonly Extent[]): number {
    return sizeOf(shape, this.#environment.batch);
  }
  #slot(axis: Axis): number {
    let slot = this.#slots.get(axis);
    if (slot === undefined) this.#slots.set(axis, (slot = this.#slots.size));
    return slot;
  }

  #compute(tensor: Exclude<Tensor, CarriedTensor | ScanResult>): Float64Array {
    switch (tensor.kind) {
      case "source": {
        const { arena: name, offset } = tensor.source;
        return arena(this.#environment.memory, name).slice(offset, offset + this.#size(tensor.shape));
      }
      case "placeholder": {
        const value = this.#environment.placeholders?.get(tensor);
        if (!value) throw new Error(`placeholder ${tensor.id} ${tensor.origin.label} has no value`);
        return value;
      }
      case "compute": {
        const out = new Float64Array(this.#size(tensor.shape));
        const body = this.#body(tensor.body, tensor.axes);
        let position = 0;
        this.#points(tensor.axes)(() => (out[position++] = body()));
        return out;
      }
      case "scatter": {
        const out = new Float64Array(this.#size(tensor.shape));
        const body = this.#body(tensor.body, tensor.axes);
        const place = this.#place(tensor.shape, tensor.at);
        this.#points(tensor.axes)(() => {
          const position = place();
          if (position >= 0) out[position]! += body();
        });
        return out;
      }
      case "reshape":
        return this.value(tensor.of);
      case "custom":
        return this.value(tensor.value);
    }
  }

  /** Runs a scan and sets the values of all its results. */
  #scan(scan: Scan): void {
    let carried = scan.carries.map(({ init }) => this.value(init));
    const rows = scan.rows.map((row) => {
      const shape = [...row.value.shape.slice(0, row.position), row.extent, ...row.value.shape.slice(row.position)];
      return new Float64Array(this.#size(shape));
    });
    const slot = this.#slot(scan.axis);
    for (let iteration = 0; iteration < this.#count(scan.axis.extent); iteration++) {
      this.#point[slot] = iteration;
      scan.carries.forEach(({ leaf }, k) => this.#values.set(leaf, carried[k]!));
      this.#level(scan);
      scan.rows.forEach((row, k) => {
        const value = this.value(row.value);
        const at = this.#compile(row.at)();
        if (at < 0 || at >= row.extent) return;
        const inner = this.#size(row.value.shape.slice(row.position));
        for (let from = 0; from < value.length; from += inner)
          rows[k]!.set(value.subarray(from, from + inner), from * row.extent + at * inner);
      });
      carried = scan.carries.map(({ next }) => this.value(next));
    }
    for (const tensor of this.#levels.get(this.#outside(scan)) ?? [])
      if (tensor.kind === "result" && tensor.scan === scan)
        this.#values.set(tensor, (tensor.output === "carry" ? carried : rows)[tensor.index]!);
  }
  /** The level that a scan's results are at. */
  readonly #outsides = new Map<Scan, Scan | undefined>();
  #outside(scan: Scan): Scan | undefined {
    if (this.#outsides.size === 0)
      for (const [level, tensors] of this.#levels)
        for (const tensor of tensors) if (tensor.kind === "result") this.#outsides.set(tensor.scan, level);
    return this.#outsides.get(scan);
  }

  /** A function that calls `action` at every point of the axes, row-major. */
  #points(axes: readonly Axis[]): (action: () => void) => void {
    const point = this.#point;
    return axes.reduceRight<(action: () => void) => void>(
      (inner, axis, depth) => {
        const slot = this.#slot(axis);
        const count = this.#count(axis.extent);
        const innermost = depth === axes.length - 1;
        return (action) => {
          for (let k = 0; k < count; k++) {
            point[slot] = k;
            if (innermost) action();
            else inner(action);
          }
        };
      },
      (action) => action(),
    );
  }

  /** The row-major position that subscripts stand for, or -1 if one is beyond its axis. */
  #place(shape: readonly Extent[], at: readonly Expr[]): Closure {
    const point = this.#point;
    const subscripts = at.map((e) => this.#compile(e));
    // Most are index variables, which are read without a call.
    const slots = at.map((e) => (e.kind === "index" ? this.#slot(e.axis) : -1));
    const counts = shape.map((extent) => this.#count(extent));
    return () => {
      let position = 0;
      for (let k = 0; k < counts.length; k++) {
        const slot = slots[k]!;
        const subscript = slot < 0 ? subscripts[k]!() : point[slot]!;
        if (!(subscript >= 0 && subscript < counts[k]!)) return -1;
        position = position * counts[k]! + subscript;
      }
      return position;
    };
  }

  /** A function that computes an expression at the current point. */
  #compile(expr: Expr, memo = new Map<Expr, Closure>()): Closure {
    const known = memo.get(expr);
    if (known) return known;
    const closure = this.#remember(expr, this.#closure(expr, memo));
    memo.set(expr, closure);
    return closure;
  }
  /** As `#compile`, of what is asked once at each point of the axes: there is nothing to remember where all of them matter. */
  #body(expr: Expr, axes: readonly Axis[], memo = new Map<Expr, Closure>()): Closure {
    return axes.every((axis) => expr.free.includes(axis)) ? this.#closure(expr, memo) : this.#compile(expr, memo);
  }
  /** Shared expressions are computed once per point: their last value is kept with the indices it belongs to. */
  #remember(expr: Expr, compute: Closure): Closure {
    if (expr.kind === "const" || expr.kind === "index" || expr.kind === "scalar") return compute;
    // As quickly read again.
    if (expr.kind === "read" && expr.at.every(({ kind }) => kind === "index")) return compute;
    const point = this.#point;
    const slots = expr.free.map((axis) => this.#slot(axis));
    const at = slots.map(() => NaN);
    let value = 0;
    let known = false;
    return () => {
      let same = known;
      for (let k = 0; same && k < slots.length; k++) same = at[k] === point[slots[k]!];
      if (same) return value;
      for (let k = 0; k < slots.length; k++) at[k] = point[slots[k]!]!;
      known = true;
      return (value = compute());
    };
  }
  #closure(expr: Expr, memo: Map<Expr, Closure>): Closure {
    switch (expr.kind) {
      case "const":
        return () => expr.value;
      case "index": {
        const slot = this.#slot(expr.axis);
        return () => this.#point[slot]!;
      }
      case "scalar": {
        const { batch, step, seed } = this.#environment;
        const value = expr.name === "batch" ? batch : expr.name === "step" ? step : drawKey(seed, expr.site, step);
        return () => value;
      }
      case "read": {
        const { tensor, outside } = expr;
        const place = this.#place(tensor.shape, expr.at);
        const values = this.value(tensor);
        return () => {
          const position = place();
          if (position >= 0) return values[position]!;
          if (outside === undefined)
            throw new Error(`read outside of ${tensor.kind} ${tensor.id} ${tensor.origin.label}`);
          return outside;
        };
      }
      case "apply": {
        const parts = expr.arguments.map((argument) => this.#compile(argument, memo));
        const { reference, integer } = expr.op;
        const whole = expr.type === "i32";
        const definition = whole && integer ? integer : reference;
        const value = called(definition, parts);
        return whole ? () => value() | 0 : value;
      }
      case "fold": {
        const body = this.#body(expr.body, expr.axes, memo);
        const points = this.#points(expr.axes);
        return () => fold(expr.reducer, points, body);
      }
    }
  }
}
