/** @file Algebra: every expression rewritten by the rows of `rules/` until none applies, inputs first. */
import { affine, affineExpr } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import { once } from "../ir/once.js";
import { rewrite } from "../ir/traverse.js";
import type { Apply, Axis, Expr, Scatter, ScalarOp, Tensor } from "../ir/types.js";
import {
  add,
  and,
  ceil,
  detach,
  divide,
  equal,
  floor,
  floorDivide,
  integer,
  modulo,
  multiply,
  negate,
  round,
  subtract,
  where,
} from "../ops/index.js";
import { arithmeticRows, reciprocalRow } from "./rules/arithmetic.js";
import { choiceRows, wholeDivision } from "./rules/choice.js";
import { foldRows, oneHotRow } from "./rules/fold.js";
import { inPlaceOf, like } from "./rules/match.js";
import type { ApplyRow } from "./rules/match.js";
import { readThrough, withoutOutside } from "./views.js";

/** Rewrites in a row on one expression; more would be a pair of rows that undo each other. */
const longest = 100;

export interface Mode {
  /** Once gradients are taken, `detach` is its argument, and sums over one-hots become gathers. */
  readonly differentiated: boolean;
  /** It is settled which tensors have memory: reads stay with the tensors that they name. Default false. */
  readonly scheduled?: boolean;
}

export class Simplifier {
  readonly #graph: Graph;
  readonly #mode: Mode;
  #depth = 0;

  constructor(graph: Graph, mode: Mode) {
    this.#graph = graph;
    this.#mode = mode;
  }

  readonly simplify = once((e): Expr => {
    let result = this.#parts(e);
    const next = result === e ? this.#step(e) : result;
    if (next && next !== e && this.#depth < longest) {
      this.#depth++;
      result = this.simplify(next);
      this.#depth--;
    }
    return result;
  });

  /** The expression over simplified parts. */
  #parts(e: Expr): Expr {
    const graph = this.#graph;
    switch (e.kind) {
      case "const":
      case "scalar":
        return e;
      case "index":
        return e.axis.extent === 1 ? graph.constant(0, "i32") : e;
      case "read":
        return graph.read(e.tensor, e.at.map(this.simplify), e.outside);
      case "apply":
        return graph.apply(e.op, ...e.arguments.map(roundings.has(e.op) ? this.#quotient : this.simplify));
      case "fold":
        return graph.fold(e.reducer, e.axes, this.simplify(e.body));
    }
  }
  /** A quotient that is about to be rounded is left a quotient: its reciprocal's rounding would show. */
  readonly #quotient = (e: Expr): Expr =>
    e.kind === "apply" && e.op === divide
      ? this.#graph.apply(divide, ...e.arguments.map(this.simplify))
      : this.simplify(e);
  #step(e: Expr): Expr | undefined {
    const graph = this.#graph;
    if (e.kind === "read") {
      const inside = withoutOutside(graph, e);
      return inside ?? (this.#mode.scheduled ? undefined : readThrough(graph, e, this.simplify));
    }
    if (e.kind === "fold") {
      for (const row of foldRows[e.reducer]) {
        if (row === oneHotRow && !this.#mode.differentiated) continue;
        const made: Expr | undefined = row(e, graph);
        const fitting: Expr | undefined = made && inPlaceOf(graph, e, made);
        if (fitting && fitting !== e) return fitting;
      }
      return undefined;
    }
    return e.kind === "apply" ? this.#apply(e) : undefined;
  }
  #apply(e: Apply): Expr | undefined {
    const graph = this.#graph;
    if (e.op === detach) return this.#mode.differentiated ? e.arguments[0] : undefined;
    if (e.type === "i32") {
      const whole = this.#whole(e);
      if (whole) return whole === e ? undefined : whole;
    }
    for (const row of rows.get(e.op) ?? []) {
      if (row === reciprocalRow && !this.#mode.differentiated) continue;
      const made: Expr | undefined = row(e, graph);
      const fitting: Expr | undefined = made && inPlaceOf(graph, e, made);
      if (fitting && fitting !== e) return fitting;
    }
    return undefined;
  }
  /** Index arithmetic in its one form: affine where it can be. */
  #whole(e: Apply): Expr | undefined {
    const make = (form: Parameters<typeof affineExpr>[1]) => affineExpr(this.#graph, form, { add, multiply });
    if (e.op === floorDivide || e.op === modulo) return wholeDivision(e, this.#graph, make);
    if (e.op !== add && e.op !== subtract && e.op !== multiply && e.op !== negate) return undefined;
    const form = affine(e);
    return form && make(form);
  }

  /** A scatter in simpler terms, where it is one. */
  scatter(tensor: Scatter, at: readonly Expr[], body: Expr): Tensor | undefined {
    const graph = this.#graph;
    const axesOf = () => graph.axesOf(tensor.shape);
    if (body.kind === "const" && body.value === 0)
      return graph.compute(axesOf(), graph.constant(0, tensor.type), tensor.origin);
    // Every index is a subscript of its own: out[i, j] = where(j == at(i), body(i), 0).
    const place = new Map<Axis, number>();
    at.forEach((e, k) => {
      if (e.kind === "index" && tensor.axes.includes(e.axis) && e.axis.extent === tensor.shape[k] && !place.has(e.axis))
        place.set(e.axis, k);
    });
    if (tensor.axes.some((axis) => axis.extent !== 1 && !place.has(axis))) return undefined;
    const own = axesOf();
    const map = new Map<Axis, Expr>(
      tensor.axes.map((axis) => [
        axis,
        place.has(axis) ? graph.index(own[place.get(axis)!]!) : graph.constant(0, "i32"),
      ]),
    );
    const plain = new Set(place.values());
    let condition: Expr | undefined;
    at.forEach((e, k) => {
      if (plain.has(k)) return;
      const hit = graph.apply(equal, graph.index(own[k]!), graph.substitute(e, map));
      condition = condition ? graph.apply(and, condition, hit) : hit;
    });
    const value = graph.substitute(body, map);
    const chosen = condition ? graph.apply(where, condition, value, like(graph, value, 0)) : value;
    return graph.compute(own, this.simplify(chosen), tensor.origin);
  }
}

const roundings = new Set<ScalarOp>([floor, ceil, round, integer]);
const rows = new Map<ScalarOp, readonly ApplyRow[]>([...arithmeticRows, ...choiceRows]);

/** What the roots need, simplified. */
export function simplify(graph: Graph, roots: readonly Tensor[], mode: Mode): readonly Tensor[] {
  const simplifier = new Simplifier(graph, mode);
  const of = rewrite(graph, roots, (tensor, { expr }) => {
    switch (tensor.kind) {
      case "compute":
        return graph.compute(tensor.axes, simplifier.simplify(expr(tensor.body)), tensor.origin);
      case "scatter": {
        const at = tensor.at.map((e) => simplifier.simplify(expr(e)));
        const body = simplifier.simplify(expr(tensor.body));
        return (
          simplifier.scatter(tensor, at, body) ?? graph.scatter(tensor.shape, tensor.axes, at, body, tensor.origin)
        );
      }
      default:
        return undefined;
    }
  });
  return roots.map(of);
}
