/**
 * @file Splits bodies so that forward and backward pass share what is expensive: every fold and every costly function becomes a
 * node of its own, over just the indices it depends on. Later passes fuse again what is used once.
 */
import { tensorsOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import { rewrite } from "../ir/traverse.js";
import type { Apply, Axis, Expr, Origin, Tensor } from "../ir/types.js";
import { factorsOf, multiply, power } from "../ops/index.js";
import { materialise } from "./contribution.js";

/** From this cost on (in multiplications) a value is stored rather than computed again. */
const costly = 12;
/** From this cost on, a value is not computed again for indices it does not depend on. */
const notable = 4;

/** In multiplications; a small whole power is that many of them, whether or not it is already written so. */
function costOf({ op, arguments: [, exponent] }: Apply): number {
  const isSmall = op === power && exponent?.kind === "const" && [1, 2, 3, 4].includes(exponent.value);
  return isSmall ? exponent.value : op.cost;
}

/** Whether every operation of an expression costs less than the limit: cheap enough to be computed twice. */
export function isCheap(expr: Expr, limit = costly): boolean {
  const is = once((e): boolean => {
    if (e.kind === "fold") return false;
    return e.kind !== "apply" || (costOf(e) < limit && e.arguments.every(is));
  });
  return is(expr);
}
/** Cheaper to compute again than to keep for every iteration of a loop. */
export const isTrivial = (expr: Expr): boolean => isCheap(expr, notable);
const hasRead = (expr: Expr): boolean => tensorsOf(expr).size > 0;

/** The two factors whose product has the fewest elements; the batch counts as many. */
function cheapestPair(factors: readonly Expr[], scope: readonly Axis[]): readonly [number, number] {
  const size = (a: Expr, b: Expr) =>
    scope
      .filter((axis) => a.free.includes(axis) || b.free.includes(axis))
      .reduce((count, { extent }) => count * (extent === "batch" ? 32 : extent), 1);
  let best: readonly [number, number] = [0, 1];
  factors.forEach((a, i) =>
    factors.slice(0, i).forEach((b, j) => {
      if (size(a, b) < size(factors[best[0]]!, factors[best[1]]!)) best = [j, i];
    }),
  );
  return best;
}

function split(graph: Graph, body: Expr, axes: readonly Axis[], origin: Origin, rootStays: boolean): Expr {
  const store = (expr: Expr, scope: readonly Axis[]): Expr =>
    expr.type === "f64"
      ? expr
      : materialise(
          graph,
          expr,
          scope.filter((axis) => expr.free.includes(axis)),
          origin,
        );
  // What misses an index of a sum of products is computed before the sum, which keeps at most two factors if it can.
  const factored = (product: Expr, scope: readonly Axis[]): Expr => {
    const factors = [...factorsOf(product)];
    const misses = ({ free }: Expr) => scope.some((axis) => !free.includes(axis));
    while (factors.length > 2) {
      const [i, j] = cheapestPair(factors, scope);
      const pair = graph.apply(multiply, factors[i]!, factors[j]!);
      if (!misses(pair)) break;
      factors.splice(j, 1);
      factors[i] = pair;
    }
    if (factors.length === 1) return product;
    const stored = factors.map((e) => (e.kind === "apply" && hasRead(e) && misses(e) ? store(e, scope) : e));
    return stored.reduce((a, b) => graph.apply(multiply, a, b));
  };
  /** `go` for the parts of what has this scope. */
  const within = (scope: readonly Axis[]) => {
    const part: (expr: Expr) => Expr = once((expr) => go(expr, scope, false, part));
    return part;
  };
  const go = (expr: Expr, scope: readonly Axis[], stays: boolean, part: (expr: Expr) => Expr): Expr => {
    if (expr.kind === "apply") {
      const made = graph.apply(expr.op, ...expr.arguments.map(part));
      if (stays || made.kind !== "apply") return made;
      const cost = costOf(made);
      const repeats = cost >= notable && hasRead(made) && scope.some((axis) => !made.free.includes(axis));
      return cost >= costly || repeats ? store(made, scope) : made;
    }
    if (expr.kind === "fold") {
      const inner = [...scope, ...expr.axes];
      const value = within(inner)(expr.body);
      const made = graph.fold(expr.reducer, expr.axes, expr.reducer === "sum" ? factored(value, inner) : value);
      return stays ? made : store(made, scope);
    }
    return expr;
  };
  return go(body, axes, rootStays, within(axes));
}

/** The roots, with the bodies they need split. */
export function atomise(graph: Graph, roots: readonly Tensor[]): (tensor: Tensor) => Tensor {
  return rewrite(graph, roots, (tensor, rewriting) => {
    if (tensor.kind === "compute") {
      const body = split(graph, rewriting.expr(tensor.body), tensor.axes, tensor.origin, true);
      return graph.compute(tensor.axes, body, tensor.origin);
    }
    if (tensor.kind === "scatter") {
      const body = split(graph, rewriting.expr(tensor.body), tensor.axes, tensor.origin, false);
      return graph.scatter(tensor.shape, tensor.axes, tensor.at.map(rewriting.expr), body, tensor.origin);
    }
    return undefined;
  });
}
