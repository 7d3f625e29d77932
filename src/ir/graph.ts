/** @file Builds the tensor graph; equal structure gives the same object (hash-consing), so common subexpressions meet by birth. */
import { substitute } from "./substitute.js";
import type {
  Axis,
  CarriedTensor,
  Carry,
  Compute,
  Expr,
  ExpressionBuilder,
  Extent,
  Origin,
  Placeholder,
  Reducer,
  Row,
  RunTimeScalar,
  ScalarOp,
  ScalarType,
  Scan,
  Source,
  Tensor,
} from "./types.js";

const noOrigin: Origin = { location: undefined, label: "" };

/** Distributive omission: a union over a mapped union keeps its members apart. */
type Unnumbered<T> = T extends unknown ? Omit<T, "id" | "scans"> : never;

/** Sorted by id, without repetition; one of the lists itself where it holds all. */
function uniteAxes(lists: readonly (readonly Axis[])[]): readonly Axis[] {
  let longest: readonly Axis[] = [];
  for (const list of lists) if (list.length > longest.length) longest = list;
  const holdsAll = lists.every((list) => list === longest || list.every((axis) => longest.includes(axis)));
  return holdsAll ? longest : [...new Set(lists.flat())].sort((a, b) => a.id - b.id);
}

/** Tensors read directly by an expression, each once. */
export function tensorsOf(expr: Expr, into: Set<Tensor> = new Set()): Set<Tensor> {
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (e.kind === "const" || e.kind === "index" || e.kind === "scalar" || seen.has(e)) return;
    seen.add(e);
    if (e.kind === "read") {
      into.add(e.tensor);
      e.at.forEach(walk);
    } else if (e.kind === "apply") e.arguments.forEach(walk);
    else walk(e.body);
  };
  walk(expr);
  return into;
}

/** Number of elements, the batch axis counted as `batch`. */
export function sizeOf(shape: readonly Extent[], batch: number): number {
  return shape.reduce<number>((size, extent) => size * (extent === "batch" ? batch : extent), 1);
}

export class Graph implements ExpressionBuilder {
  readonly #exprs = new Map<string, Expr>();
  readonly #tensors = new Map<string, Tensor>();
  readonly #canonicalAxes = new Map<string, Axis>();
  #nextAxis = 1_000_000; // fresh axes sort behind canonical ones
  #nextExpr = 0;
  #nextTensor = 0;
  #nextScan = 0;

  /** A fresh index variable. */
  axis(extent: Extent): Axis {
    return { id: this.#nextAxis++, extent };
  }
  /** The index variable that every node uses at one depth for one extent: it makes equal nodes equal in writing. */
  #canonicalAxis(depth: number, extent: Extent): Axis {
    const key = `${depth}:${extent}`;
    let axis = this.#canonicalAxes.get(key);
    if (!axis) this.#canonicalAxes.set(key, (axis = { id: depth * 10_000 + this.#canonicalAxes.size, extent }));
    return axis;
  }

  // ---- expressions
  #intern<E extends Expr>(key: string, make: (id: number) => E): E {
    let expr = this.#exprs.get(key);
    if (!expr) this.#exprs.set(key, (expr = make(this.#nextExpr++)));
    return expr as E;
  }
  constant(value: number, type: ScalarType = "f32"): Expr {
    const key = `c${type}:${Object.is(value, -0) ? "-0" : value}`;
    return this.#intern(key, (id) => ({ kind: "const", id, type, free: [], value }));
  }
  index(axis: Axis): Expr {
    return this.#intern(`i${axis.id}`, (id) => ({ kind: "index", id, type: "i32", free: [axis], axis }));
  }
  scalar(name: RunTimeScalar["name"], site = 0): Expr {
    const type = name === "key" ? "i32" : "f64";
    return this.#intern(`s${name}:${site}`, (id) => ({ kind: "scalar", id, type, free: [], name, site }));
  }
  read(tensor: Tensor, at: readonly Expr[], outside?: number): Expr {
    if (at.length !== tensor.shape.length)
      throw new Error(`read of rank ${tensor.shape.length} tensor ${tensor.origin.label} at ${at.length} subscripts`);
    return this.#intern(`r${tensor.id}:${outside}:${at.map((e) => e.id).join()}`, (id) => ({
      kind: "read",
      id,
      type: tensor.type,
      free: uniteAxes(at.map((e) => e.free)),
      tensor,
      at,
      outside,
    }));
  }
  /** Constants take the type of the company they are in; a fraction makes whole numbers f32. */
  #adopt(arguments_: readonly Expr[]): readonly Expr[] {
    const company = arguments_.filter((e) => e.kind !== "const" && e.type !== "bool");
    if (company.length === 0 || company.length === arguments_.length) return arguments_;
    const has = (type: ScalarType) => company.some((e) => e.type === type);
    const type = has("f32") ? "f32" : has("f64") ? "f64" : "i32";
    return arguments_.map((e) => {
      if (e.kind !== "const" || e.type === type || e.type === "bool") return e;
      return this.constant(e.value, type === "i32" && !Number.isInteger(e.value) ? "f32" : type);
    });
  }
  apply(op: ScalarOp, ...arguments_: readonly Expr[]): Expr {
    if (arguments_.length !== op.arity)
      throw new Error(`${op.name} takes ${op.arity} arguments, got ${arguments_.length}`);
    arguments_ = this.#adopt(arguments_);
    const type = op.type(arguments_.map((e) => e.type));
    if (arguments_.every((e) => e.kind === "const"))
      return this.constant(op.reference(...arguments_.map((e) => (e.kind === "const" ? e.value : 0))), type);
    return this.#intern(`a${op.name}:${arguments_.map((e) => e.id).join()}`, (id) => ({
      kind: "apply",
      id,
      type,
      free: uniteAxes(arguments_.map((e) => e.free)),
      op,
      arguments: arguments_,
    }));
  }
  fold(reducer: Reducer, axes: readonly Axis[], body: Expr): Expr {
    if (axes.length === 0 && reducer !== "argmax" && reducer !== "argmin") return body;
    const type = reducer === "argmax" || reducer === "argmin" ? "i32" : body.type === "bool" ? "i32" : body.type;
    return this.#intern(`f${reducer}:${axes.map((a) => a.id).join()}:${body.id}`, (id) => ({
      kind: "fold",
      id,
      type,
      free: body.free.filter((axis) => !axes.includes(axis)),
      reducer,
      axes,
      body,
    }));
  }

  // ---- tensors
  #tensor<T extends Tensor>(key: string, inputs: Iterable<Tensor>, extra: readonly Scan[], node: Unnumbered<T>): T {
    const known = this.#tensors.get(key);
    if (known) return known as T;
    const scans = new Set(extra);
    for (const input of inputs) for (const scan of input.scans) scans.add(scan);
    const tensor = { ...node, id: this.#nextTensor++, scans: [...scans].sort((a, b) => a.id - b.id) } as unknown as T;
    this.#tensors.set(key, tensor);
    return tensor;
  }
  source(source: Source, origin: Origin = noOrigin): Tensor {
    return this.#tensor(`source:${source.arena}:${source.offset}:${source.shape.join()}`, [], [], {
      kind: "source",
      type: source.type,
      shape: source.shape,
      origin,
      source,
    });
  }
  placeholder(shape: readonly Extent[], type: ScalarType = "f32", label = "placeholder"): Placeholder {
    return this.#tensor<Placeholder>(`placeholder:${this.#nextTensor}`, [], [], {
      kind: "placeholder",
      type,
      shape,
      origin: { location: undefined, label },
    });
  }

  /** Scans whose index variable occurs free in an expression. */
  readonly #scanOfAxis = new Map<Axis, Scan>();
  #scansIn(free: readonly Axis[]): Scan[] {
    return free.flatMap((axis) => this.#scanOfAxis.get(axis) ?? []);
  }

  /** Renames bound indices to canonical ones: own axes by position, folds by nesting depth below them, so that none hides another. */
  canonical(axes: readonly Axis[], exprs: readonly Expr[]): { axes: readonly Axis[]; exprs: readonly Expr[] } {
    const own = axes.map((axis, depth) => this.#canonicalAxis(depth, axis.extent));
    type Scope = { readonly map: ReadonlyMap<Axis, Axis>; readonly depth: number; readonly done: Map<Expr, Expr> };
    const rename = (expr: Expr, scope: Scope): Expr => {
      if (expr.kind === "const" || expr.kind === "scalar") return expr;
      let made = scope.done.get(expr);
      if (!made) scope.done.set(expr, (made = renamed(expr, scope)));
      return made;
    };
    const renamed = (expr: Expr, scope: Scope): Expr => {
      switch (expr.kind) {
        case "const":
        case "scalar":
          return expr;
        case "index": {
          const to = scope.map.get(expr.axis);
          return to ? this.index(to) : expr;
        }
        case "read": {
          const at = expr.at.map((e) => rename(e, scope));
          return this.read(expr.tensor, at, expr.outside);
        }
        case "apply":
          return this.apply(expr.op, ...expr.arguments.map((e) => rename(e, scope)));
        case "fold": {
          const bound = expr.axes.map((axis, k) => this.#canonicalAxis(scope.depth + k, axis.extent));
          const map = new Map(scope.map);
          expr.axes.forEach((axis, k) => map.set(axis, bound[k]!));
          return this.fold(
            expr.reducer,
            bound,
            rename(expr.body, { map, depth: scope.depth + bound.length, done: new Map() }),
          );
        }
      }
    };
    const scope: Scope = { map: new Map(axes.map((axis, k) => [axis, own[k]!])), depth: axes.length, done: new Map() };
    return { axes: own, exprs: exprs.map((expr) => rename(expr, scope)) };
  }

  /** `out[axes] = body`. Free indices of the body must be among `axes` or be scan indices. */
  compute(axes: readonly Axis[], body: Expr, origin: Origin = noOrigin): Tensor {
    const keyOf = (own: readonly Axis[], expr: Expr) => `compute:${own.map((axis) => axis.id).join()}:${expr.id}`;
    const known = this.#tensors.get(keyOf(axes, body)); // already in canonical indices
    if (known) return known;
    const { axes: own, exprs } = this.canonical(axes, [body]);
    const expr = exprs[0]!;
    // A whole-tensor identity read is the tensor itself.
    if (expr.kind === "read" && isIdentity(expr.at, own, expr.tensor.shape)) return expr.tensor;
    const shape = own.map((axis) => axis.extent);
    const reads = [...tensorsOf(expr)];
    return this.#tensor<Compute>(keyOf(own, expr), reads, this.#scansIn(expr.free), {
      kind: "compute",
      type: expr.type,
      shape,
      origin,
      axes: own,
      body: expr,
      reads,
    });
  }
  /** `out[at] += body` over all points of `axes`, from 0. */
  scatter(
    shape: readonly Extent[],
    axes: readonly Axis[],
    at: readonly Expr[],
    body: Expr,
    origin: Origin = noOrigin,
  ): Tensor {
    const { axes: own, exprs } = this.canonical(axes, [...at, body]);
    const value = exprs[exprs.length - 1]!;
    const key = `scatter:${shape.join()}:${own.map((axis) => axis.id).join()}:${exprs.map((e) => e.id).join()}`;
    const reads = new Set<Tensor>();
    for (const expr of exprs) tensorsOf(expr, reads);
    return this.#tensor(key, reads, this.#scansIn(uniteAxes(exprs.map((e) => e.free))), {
      kind: "scatter",
      type: value.type,
      shape,
      origin,
      axes: own,
      at: exprs.slice(0, -1),
      body: value,
      reads: [...reads],
    });
  }
  /** A view: the same elements in the same order. The numbers of elements must agree. */
  reshape(of: Tensor, shape: readonly Extent[], origin: Origin = of.origin): Tensor {
    if (shape.length === of.shape.length && shape.every((extent, k) => extent === of.shape[k])) return of;
    if (of.kind === "reshape") return this.reshape(of.of, shape, origin);
    return this.#tensor(`reshape:${of.id}:${shape.join()}`, [of], [], {
      kind: "reshape",
      type: of.type,
      shape,
      origin,
      of,
    });
  }
  custom(
    value: Tensor,
    inputs: readonly Tensor[],
    seed: Placeholder,
    gradients: readonly (Tensor | undefined)[],
    surrogate: boolean,
  ): Tensor {
    const key = `custom:${value.id}:${inputs.map((t) => t.id).join()}:${gradients.map((t) => t?.id).join()}:${surrogate}`;
    return this.#tensor(key, [value, ...inputs], [], {
      kind: "custom",
      type: value.type,
      shape: value.shape,
      origin: value.origin,
      value,
      inputs,
      seed,
      gradients,
      surrogate,
    });
  }

  /**
   * A loop of `extent` iterations. `body` gets the iteration's index and the carried tensors, and gives their next values and
   * the rows to keep. Returns the last carried values and the rows.
   */
  scan(
    extent: number,
    inits: readonly Tensor[],
    body: (iteration: Expr, carried: readonly Tensor[]) => { next: readonly Tensor[]; rows: readonly Row[] },
    origin: Origin = noOrigin,
  ): { carries: readonly Tensor[]; rows: readonly Tensor[] } {
    const carries: Carry[] = [];
    const rows: Row[] = [];
    const scan: Scan = { id: this.#nextScan++, axis: this.axis(extent), carries, rows, origin };
    this.#scanOfAxis.set(scan.axis, scan);
    const leaves = inits.map((init, index) =>
      this.#tensor<CarriedTensor>(`carried:${scan.id}:${index}`, [], [scan, ...init.scans], {
        kind: "carried",
        type: init.type,
        shape: init.shape,
        origin,
        scan,
        index,
      }),
    );
    const done = body(this.index(scan.axis), leaves);
    inits.forEach((init, k) => carries.push({ leaf: leaves[k]!, init, next: done.next[k]! }));
    rows.push(...done.rows);
    return this.scanResults(scan);
  }
  /** The tensors that stand for a finished scan's outputs. */
  scanResults(scan: Scan): { carries: readonly Tensor[]; rows: readonly Tensor[] } {
    const outer = new Set<Scan>();
    for (const { init, next } of scan.carries)
      for (const s of [...init.scans, ...next.scans]) if (s !== scan) outer.add(s);
    for (const { value } of scan.rows) for (const s of value.scans) if (s !== scan) outer.add(s);
    const result = (output: "carry" | "row", index: number, type: ScalarType, shape: readonly Extent[]) =>
      this.#tensor(`result:${scan.id}:${output}:${index}`, [], [...outer], {
        kind: "result",
        type,
        shape,
        origin: scan.origin,
        scan,
        output,
        index,
      });
    return {
      carries: scan.carries.map(({ init }, k) => result("carry", k, init.type, init.shape)),
      rows: scan.rows.map(({ value, extent, position }, k) =>
        result("row", k, value.type, [...value.shape.slice(0, position), extent, ...value.shape.slice(position)]),
      ),
    };
  }

  // ---- conveniences
  /** Fresh axes for a shape. */
  axesOf(shape: readonly Extent[]): readonly Axis[] {
    return shape.map((extent) => this.axis(extent));
  }
  /** The tensor read at plain indices. */
  at(tensor: Tensor, axes: readonly Axis[]): Expr {
    return this.read(
      tensor,
      axes.map((axis) => this.index(axis)),
    );
  }
  /** An elementwise operation on tensors of one shape. */
  map(op: ScalarOp, arguments_: readonly Tensor[], origin: Origin = noOrigin): Tensor {
    const axes = this.axesOf(arguments_[0]!.shape);
    return this.compute(axes, this.apply(op, ...arguments_.map((t) => this.at(t, axes))), origin);
  }
  /** The expression with index variables replaced by expressions. */
  substitute(expr: Expr, map: ReadonlyMap<Axis, Expr>): Expr {
    return substitute(this, expr, map);
  }
}

function isIdentity(at: readonly Expr[], axes: readonly Axis[], shape: readonly Extent[]): boolean {
  return (
    at.length === axes.length &&
    at.every((e, k) => {
      const { extent } = axes[k]!;
      if (extent !== shape[k]) return false;
      return e.kind === "index" ? e.axis === axes[k] : e.kind === "const" && e.value === 0 && extent === 1;
    })
  );
}
