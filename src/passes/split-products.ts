/**
 * @file A sum over a product of three or more arrays becomes several sums of products of two, the cheapest pair first:
 * attention's scores times values times output weights.
 */
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import { rewrite, topological } from "../ir/traverse.js";
import type { Axis, Expr, Fold, Origin, Tensor } from "../ir/types.js";
import { factorsOf, multiply } from "../ops/index.js";
import { countOf, isContraction } from "./price.js";

export function splitProducts(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  if (!topological(roots).some((tensor) => tensor.kind === "compute" && hasLongProduct(tensor.body))) return roots;
  return roots.map(
    rewrite(graph, roots, (tensor, { expr }) => {
      if (tensor.kind !== "compute" || !hasLongProduct(tensor.body)) return undefined;
      const body = expr(tensor.body);
      // Whatever is free and not the nest's own or a fold's is the index of a scan.
      const outside = new Set(body.free.filter((axis) => !tensor.axes.includes(axis)));
      return graph.compute(tensor.axes, split(graph, body, outside, tensor.origin), tensor.origin);
    }),
  );
}

const isLong = (e: Fold): boolean => isContraction(e) && e.type === "f32" && factorsOf(e.body).length > 2;
function hasLongProduct(expr: Expr): boolean {
  const has = once((e): boolean => {
    if (e.kind === "fold") return isLong(e) || has(e.body);
    return e.kind === "apply" && e.arguments.some(has);
  });
  return has(expr);
}

function split(graph: Graph, expr: Expr, outside: ReadonlySet<Axis>, origin: Origin): Expr {
  const go = once((e): Expr => {
    if (e.kind === "apply") return graph.apply(e.op, ...e.arguments.map(go));
    if (e.kind !== "fold") return e;
    return isLong(e) ? inPairs(graph, e, outside, origin) : graph.fold(e.reducer, e.axes, go(e.body));
  });
  return go(expr);
}
function inPairs(graph: Graph, e: Fold, outside: ReadonlySet<Axis>, origin: Origin): Expr {
  let axes = e.axes;
  let factors = factorsOf(e.body);
  while (factors.length > 2) {
    const [i, j] = cheapestPair(factors);
    const [a, b] = [factors[i]!, factors[j]!];
    // By place: a power has its base several times.
    const others = factors.filter((_, k) => k !== i && k !== j);
    // Indices that no other factor has are summed at once.
    const done = axes.filter((axis) => pairHas(a, b, axis) && !others.some(({ free }) => free.includes(axis)));
    const kept = union(a, b).filter((axis) => !done.includes(axis));
    const own = kept.filter((axis) => !outside.has(axis)).sort((p, q) => rank(p) - rank(q));
    const product = graph.compute(own, graph.fold("sum", done, graph.apply(multiply, a, b)), origin);
    factors = [...others, graph.at(product, own)];
    axes = axes.filter((axis) => !done.includes(axis));
  }
  return graph.fold("sum", axes, graph.apply(multiply, factors[0]!, factors[1]!));
}

const rank = (axis: Axis): number => (axis.extent === "batch" ? 0 : 1);
const union = (a: Expr, b: Expr): readonly Axis[] => [...new Set([...a.free, ...b.free])];
const pairHas = (a: Expr, b: Expr, axis: Axis): boolean => a.free.includes(axis) || b.free.includes(axis);

/** The places of the two factors that take the fewest multiplications. */
function cheapestPair(factors: readonly Expr[]): readonly [number, number] {
  let best: readonly [number, number] = [0, 1];
  let least = Infinity;
  factors.forEach((b, j) => {
    factors.slice(0, j).forEach((a, i) => {
      const cost = countOf(union(a, b));
      if (cost >= least) return;
      least = cost;
      best = [i, j];
    });
  });
  return best;
}
