/** @file The adjoints of what a scalar expression reads, given the adjoint of its value: the reverse walk over one node's body. */
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import type { Axis, Expr, Fold, Origin, Tensor } from "../ir/types.js";
import { equal, floorDivide, modulo, multiply, not, number, where, add, and } from "../ops/index.js";
import { whole } from "./affine.js";
import { isCheap } from "./atomise.js";
import { materialise } from "./contribution.js";
import type { Contribution } from "./contribution.js";

export interface BodyAdjoint {
  readonly graph: Graph;
  /** Tensors that need an adjoint. */
  readonly needs: ReadonlySet<Tensor>;
  readonly emit: (tensor: Tensor, contribution: Contribution) => void;
  readonly origin: Origin;
}

export const isFloat = ({ type }: { readonly type: string }): boolean => type === "f32" || type === "f64";

/** Whether the value of an expression has a derivative by one of the tensors. */
export const dependsOn = (expr: Expr, needs: ReadonlySet<Tensor>): boolean => dependenceOn(needs)(expr);

function dependenceOn(needs: ReadonlySet<Tensor>): (expr: Expr) => boolean {
  const depends = once((e): boolean => {
    if (!isFloat(e)) return false;
    switch (e.kind) {
      case "read":
        return needs.has(e.tensor);
      case "apply":
        return e.op.gradient !== undefined && e.arguments.some(depends);
      case "fold":
        return depends(e.body);
      default:
        return false;
    }
  });
  return depends;
}

/**
 * Walks from `root`, a value at each point of `scope`, to the reads. `seed` is the adjoint at the same point, `value` the root's
 * own value, where it can be read rather than computed again.
 */
export function adjointsOfReads(
  context: BodyAdjoint,
  root: Expr,
  scope: readonly Axis[],
  seed: Expr,
  value: Expr = root,
): void {
  const { graph, needs, emit } = context;
  // Arguments before users; what lies inside a fold is walked in the fold's own scope.
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const depends = dependenceOn(needs);
  const visit = (expr: Expr) => {
    if (seen.has(expr) || !depends(expr)) return;
    seen.add(expr);
    if (expr.kind === "apply") expr.arguments.forEach(visit);
    order.push(expr);
  };
  visit(root);

  const seeds = new Map<Expr, Seed>([[root, { value: seed, when: undefined }]]);
  const collect = (expr: Expr, part: Seed): void => {
    const before = seeds.get(expr);
    seeds.set(expr, before ? sumOf(graph, before, part) : part);
  };
  for (const expr of order.reverse()) {
    const { value: found, when } = seeds.get(expr) ?? { value: undefined, when: undefined };
    let own = found;
    if (!own || (own.kind === "const" && own.value === 0)) continue;
    switch (expr.kind) {
      case "read": {
        own = settled(graph, { value: own, when });
        const body = expr.tensor.type === "f32" && own.type !== "f32" ? graph.apply(number, own) : own;
        emit(expr.tensor, { axes: scope, at: expr.at, body });
        break;
      }
      case "apply": {
        if (expr.op === where) {
          const [condition, a, b] = expr.arguments as [Expr, Expr, Expr];
          const inside = (c: Expr): Expr => (when ? graph.apply(and, when, c) : c);
          if (depends(a)) collect(a, { value: own, when: inside(condition) });
          if (depends(b)) collect(b, { value: own, when: inside(graph.apply(not, condition)) });
          break;
        }
        const isShared = expr.arguments.filter(depends).length > 1;
        if (own.type === "f32" && (isLong(own) || (isShared && (!isCheap(own) || isChoice(own)))))
          own = store(context, own, scope);
        const gradients = expr.op.gradient!(graph, expr.arguments, expr === root ? value : expr, own);
        expr.arguments.forEach((argument, k) => {
          const part = gradients[k];
          if (!part || !depends(argument)) return;
          collect(argument, { value: part, when });
        });
        break;
      }
      case "fold":
        foldAdjoint(context, expr, scope, settled(graph, { value: own, when }));
        break;
      case "const":
      case "index":
      case "scalar":
    }
  }
}

/** An adjoint, and the condition under which it counts: outside of it there may be anything, and exactly 0 is meant. */
interface Seed {
  readonly value: Expr;
  readonly when: Expr | undefined;
}
const settled = (graph: Graph, { value, when }: Seed): Expr =>
  when ? graph.apply(where, when, value, graph.constant(0, value.type)) : value;
function sumOf(graph: Graph, a: Seed, b: Seed): Seed {
  if (a.when === b.when) return { value: graph.apply(add, a.value, b.value), when: a.when };
  return { value: graph.apply(add, settled(graph, a), settled(graph, b)), when: undefined };
}

/** A value masked where a choice fell otherwise: to read it takes one load, to compute it again two. */
const isChoice = (expr: Expr): boolean => expr.kind === "apply" && expr.op === where;

/** Guards write a seed twice: a chain of them would double in length at each operation. */
function isLong(expr: Expr): boolean {
  let left = 60;
  const visit = (e: Expr): void => {
    if (--left > 0 && e.kind === "apply") e.arguments.forEach(visit);
  };
  visit(expr);
  return left <= 0;
}

function store({ graph, origin }: BodyAdjoint, expr: Expr, scope: readonly Axis[]): Expr {
  return materialise(
    graph,
    expr,
    scope.filter((axis) => expr.free.includes(axis)),
    origin,
  );
}

function foldAdjoint(context: BodyAdjoint, fold: Fold, scope: readonly Axis[], seed: Expr): void {
  const { graph } = context;
  const inner = [...scope, ...fold.axes];
  switch (fold.reducer) {
    case "sum": {
      // The seed is a plain read, so that a contraction's adjoint is again a sum of products of two reads.
      const simple = seed.kind === "read" || seed.kind === "const" || !seed.free.length || seed.type !== "f32";
      return adjointsOfReads(context, fold.body, inner, simple ? seed : store(context, seed, scope));
    }
    case "product":
      return adjointsOfReads(context, fold.body, inner, productOfOthers(context, fold, inner, seed));
    case "max":
    case "min": {
      const { axes, winner } = winningPosition(context, fold, scope);
      const at = new Map<Axis, Expr>();
      // Row-major: the last axis runs fastest, the first needs no remainder.
      let rest = winner;
      for (const axis of [...axes].reverse()) {
        const first = axis === axes[0];
        at.set(axis, first ? rest : graph.apply(modulo, rest, extentOf(graph, axis)));
        if (!first) rest = graph.apply(floorDivide, rest, extentOf(graph, axis));
      }
      return adjointsOfReads(context, graph.substitute(fold.body, at), scope, seed);
    }
    case "argmax":
    case "argmin":
  }
}

const extentOf = (graph: Graph, { extent }: Axis): Expr => whole(graph, extent as number);

/** The first position that gave the extreme value: ties go to the first. */
function winningPosition(context: BodyAdjoint, fold: Fold, scope: readonly Axis[]) {
  const { graph } = context;
  const axes = [...fold.axes].sort((a, b) => Number(b.extent === "batch") - Number(a.extent === "batch"));
  const position = graph.fold(fold.reducer === "max" ? "argmax" : "argmin", axes, fold.body);
  return { axes, winner: store(context, position, scope) };
}

/** seed * product of all terms but this one: exact also where terms are 0. Quadratic in the number of terms. */
function productOfOthers(context: BodyAdjoint, fold: Fold, inner: readonly Axis[], seed: Expr): Expr {
  const { graph } = context;
  const others = fold.axes.map((axis) => graph.axis(axis.extent));
  const body = graph.substitute(fold.body, new Map(fold.axes.map((axis, k) => [axis, graph.index(others[k]!)])));
  const same = fold.axes
    .map((axis, k) => graph.apply(equal, graph.index(axis), graph.index(others[k]!)))
    .reduce((a, b) => graph.apply(and, a, b));
  const product = graph.fold("product", others, graph.apply(where, same, graph.constant(1), body));
  return graph.apply(multiply, seed, store(context, product, inner));
}
