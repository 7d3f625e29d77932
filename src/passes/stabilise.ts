/**
 * @file Logarithms taken in algebra rather than in floating point, before differentiation: `log(exp a)`, `log(a / b)`, log through
 * reads, choices and one-hot sums. `softmax` followed by `cross_entropy` becomes the stable fused form without naming either.
 */
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import { rewrite } from "../ir/traverse.js";
import type { Apply, Compute, Expr, Read, Tensor } from "../ir/types.js";
import {
  add,
  detach,
  divide,
  equal,
  exp,
  greater,
  log,
  log1p,
  maximum,
  multiply,
  negate,
  number,
  power,
  sqrt,
  subtract,
  where,
} from "../ops/index.js";
import { isApply, isValue, like } from "./rules/match.js";
import { inlined } from "./views.js";

export function stabilise(graph: Graph, roots: readonly Tensor[]): readonly Tensor[] {
  const logarithms = new Logarithms(graph);
  return roots.map(
    rewrite(graph, roots, (tensor, { expr }) => {
      if (tensor.kind === "compute")
        return graph.compute(tensor.axes, logarithms.within(expr(tensor.body)), tensor.origin);
      if (tensor.kind === "scatter")
        return graph.scatter(
          tensor.shape,
          tensor.axes,
          tensor.at.map(expr),
          logarithms.within(expr(tensor.body)),
          tensor.origin,
        );
      return undefined;
    }),
  );
}

class Logarithms {
  readonly #graph: Graph;
  readonly #ofTensor = new Map<Tensor, Tensor | undefined>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** An expression with every logarithm in it taken in algebra where that helps. */
  readonly within = once((e): Expr => this.#rewritten(e));
  #rewritten(e: Expr): Expr {
    const graph = this.#graph;
    if (e.kind === "fold") return graph.fold(e.reducer, e.axes, this.within(e.body));
    if (e.kind !== "apply") return e;
    const parts = e.arguments.map((argument) => this.within(argument));
    if (e.op === log) return this.#log(parts[0]!) ?? graph.apply(log, ...parts);
    // log1p(x) = log(1 + x)
    if (e.op === log1p) return this.#ofOnePlus(parts[0]!) ?? graph.apply(log1p, ...parts);
    return graph.apply(e.op, ...parts);
  }

  /** log(e) in a form that neither overflows nor rounds to log(0), or undefined where there is none better. */
  #log(e: Expr): Expr | undefined {
    switch (e.kind) {
      case "read":
        return this.#ofRead(e);
      case "apply":
        return this.#ofApply(e);
      case "fold":
        return this.#ofFold(e);
      default:
        return undefined;
    }
  }
  /** The better form, else the plain one. */
  #logOf(e: Expr): Expr {
    return this.#log(e) ?? this.#graph.apply(log, e);
  }

  #ofApply(e: Apply): Expr | undefined {
    const graph = this.#graph;
    const [a, b, c] = e.arguments as [Expr, Expr, Expr];
    // A part with a better form is positive, so the other must be for the whole to have a logarithm: log may be split.
    switch (e.op) {
      // log(exp a) -> a
      case exp:
        return a;
      // log(a / b) -> log a - log b
      case divide: {
        const [above, below] = [this.#log(a), this.#log(b)];
        if (!above && !below) return undefined;
        return graph.apply(subtract, above ?? this.#logOf(a), below ?? this.#logOf(b));
      }
      // log(a b) -> log a + log b
      case multiply: {
        const [first, second] = [this.#log(a), this.#log(b)];
        if (!first && !second) return undefined;
        return graph.apply(add, first ?? this.#logOf(a), second ?? this.#logOf(b));
      }
      // log(a ^ b) -> b log a
      case power: {
        const base = this.#log(a);
        return base && graph.apply(multiply, b, base);
      }
      case sqrt: {
        const base = this.#log(a);
        return base && graph.apply(multiply, base, like(graph, base, 0.5));
      }
      // log(where(c, a, b)) -> where(c, log a, log b)
      case where: {
        const [yes, no] = [this.#log(b), this.#log(c)];
        return yes || no ? graph.apply(where, a, yes ?? this.#logOf(b), no ?? this.#logOf(c)) : undefined;
      }
      case detach: {
        const inner = this.#log(a);
        return inner && graph.apply(detach, inner);
      }
      case add:
        return isValue(a, 1) ? this.#ofOnePlus(b) : isValue(b, 1) ? this.#ofOnePlus(a) : undefined;
      // log(1 - 1 / (1 + exp a)) -> -softplus(-a)
      case subtract: {
        if (!isValue(a, 1)) return undefined;
        const exponent = this.#logistic(this.#peek(b));
        return exponent && graph.apply(negate, this.#softplus(graph.apply(negate, exponent)));
      }
      default:
        return undefined;
    }
  }
  /** log(1 + exp a) -> softplus(a); log(1 + -(1 / (1 + exp a))) -> -softplus(-a) */
  #ofOnePlus(e: Expr): Expr | undefined {
    const graph = this.#graph;
    const x = this.#peek(e);
    if (isApply(x, exp)) return this.#softplus(x.arguments[0]!);
    if (!isApply(x, negate)) return undefined;
    const exponent = this.#logistic(this.#peek(x.arguments[0]!));
    return exponent && graph.apply(negate, this.#softplus(graph.apply(negate, exponent)));
  }
  /** The a of `1 / (1 + exp a)`. */
  #logistic(e: Expr): Expr | undefined {
    if (!isApply(e, divide) || !isValue(e.arguments[0], 1)) return undefined;
    const below = this.#peek(e.arguments[1]!);
    if (!isApply(below, add)) return undefined;
    const [x, y] = below.arguments as [Expr, Expr];
    const grown = this.#peek(isValue(x, 1) ? y : x);
    return (isValue(x, 1) || isValue(y, 1)) && isApply(grown, exp) ? grown.arguments[0] : undefined;
  }
  /**
   * log(1 + exp a) = max(a, 0) + log1p(exp(-|a|)). The inner choice is -|a| written so that the derivative at 0 comes out as 1/2:
   * the maximum gives 0 there, the choice 1/2.
   */
  #softplus(a: Expr): Expr {
    const graph = this.#graph;
    const zero = like(graph, a, 0);
    const inner = graph.apply(where, graph.apply(greater, a, zero), graph.apply(negate, a), a);
    return graph.apply(add, graph.apply(maximum, a, zero), graph.apply(log1p, graph.apply(exp, inner)));
  }

  /** log(sum[k](where(k == c, y[k], 0))) -> sum[k](where(k == c, log(y[k]), 0)): the one place that is hit, if it is hit. */
  #ofFold(e: Extract<Expr, { kind: "fold" }>): Expr | undefined {
    const graph = this.#graph;
    const axis = e.axes[0]!;
    if (e.reducer === "max" || e.reducer === "min") {
      const body = this.#log(e.body);
      return body && graph.fold(e.reducer, e.axes, body);
    }
    if (e.reducer !== "sum" || e.axes.length !== 1) return undefined;
    const product = this.#oneHotProduct(e.body, (c) => c.op === equal && c.arguments.some((x) => isIndex(x, axis)));
    const value = product && this.#log(product.value);
    return value && graph.fold("sum", e.axes, graph.apply(where, product.condition, value, like(graph, value, 0)));
  }
  #oneHotProduct(e: Expr, isHit: (c: Apply) => boolean): { condition: Expr; value: Expr } | undefined {
    const hot = (x: Expr): Expr | undefined => {
      const y = this.#peek(x);
      if (isApply(y, number)) return hot(y.arguments[0]!);
      const c = isApply(y, where) && isValue(y.arguments[1], 1) && isValue(y.arguments[2], 0) ? y.arguments[0]! : y;
      return c.kind === "apply" && isHit(c) ? c : undefined;
    };
    if (isApply(e, where) && isValue(e.arguments[2], 0)) {
      const condition = hot(e.arguments[0]!);
      return condition && { condition, value: e.arguments[1]! };
    }
    const y = this.#peek(e);
    if (y !== e) return this.#oneHotProduct(y, isHit);
    if (!isApply(e, multiply)) return undefined;
    const [a, b] = e.arguments as [Expr, Expr];
    const first = hot(a);
    if (first) return { condition: first, value: b };
    const second = hot(b);
    return second && { condition: second, value: a };
  }

  /** Through a read: the logarithm of the whole tensor is made, if it has a better form, and read in its place. */
  #ofRead(e: Read): Expr | undefined {
    const made = this.#tensor(e.tensor);
    return made && this.#graph.read(made, e.at, e.outside === undefined ? undefined : Math.log(e.outside));
  }
  #tensor(tensor: Tensor): Tensor | undefined {
    if (this.#ofTensor.has(tensor)) return this.#ofTensor.get(tensor);
    const made = this.#madeTensor(tensor);
    this.#ofTensor.set(tensor, made);
    return made;
  }
  #madeTensor(tensor: Tensor): Tensor | undefined {
    const graph = this.#graph;
    switch (tensor.kind) {
      case "compute": {
        const body = this.#log(tensor.body);
        return body && graph.compute(tensor.axes, body, tensor.origin);
      }
      case "reshape": {
        const of = this.#tensor(tensor.of);
        return of && graph.reshape(of, tensor.shape, tensor.origin);
      }
      case "custom":
        return tensor.surrogate ? undefined : this.#tensor(tensor.value);
      default:
        return undefined;
    }
  }

  /** What an elementwise tensor is at the place where it is read. */
  #peek(e: Expr): Expr {
    if (e.kind !== "read" || e.outside !== undefined) return e;
    const tensor = valueOf(e.tensor);
    return tensor.kind === "compute" && tensor.body.kind !== "const" && tensor.body.kind !== "fold"
      ? this.#peek(inlined(this.#graph, tensor, tensor.body, e.at))
      : e;
  }
}

const isIndex = (e: Expr, axis: Compute["axes"][number]) => e.kind === "index" && e.axis === axis;
const valueOf = (tensor: Tensor): Tensor =>
  tensor.kind === "custom" && !tensor.surrogate ? valueOf(tensor.value) : tensor;
