/**
 * @file The adjoint of a scan: a scan in the opposite order that carries the adjoints of the carried values.
 *
 * The forward scan is made anew with rows for what the reverse one reads: values carried in, and results too dear to compute
 * again. What the body contributes to tensors outside it (weights, the sequence) is computed after the reverse scan, from rows
 * of adjoints, with the iteration as one more index: a weight's gradient is one contraction over the batch and all steps.
 */
import { inputsOf, topological } from "../ir/traverse.js";
import type { Axis, Expr, Row, Scan, Tensor } from "../ir/types.js";
import { tensorsOf } from "../ir/graph.js";
import type { Graph } from "../ir/graph.js";
import { substitute } from "../ir/substitute.js";
import { equal, where } from "../ops/index.js";
import { minus, whole } from "./affine.js";
import { isTrivial } from "./atomise.js";
import { gradientOrigin, Level } from "./level.js";
import type { Walk } from "./level.js";
import { Replacer } from "./replace.js";

/** The row axis follows the batch. */
const positionOf = ({ shape }: Tensor): number => (shape[0] === "batch" ? 1 : 0);
const inserted = <T>(list: readonly T[], position: number, item: T): readonly T[] => [
  ...list.slice(0, position),
  item,
  ...list.slice(position),
];
function zeros(graph: Graph, like: Tensor): Tensor {
  return graph.compute(graph.axesOf(like.shape), graph.constant(0), gradientOrigin(like));
}

export function scanAdjoint(walk: Walk, level: Level, scan: Scan): void {
  const { graph, needs } = walk;
  const results = graph.scanResults(scan);
  const rowAdjoints = results.rows.map((row) => level.adjoint(row));
  const carryAdjoints = results.carries.map((carry) => level.adjoint(carry));
  if (![...rowAdjoints, ...carryAdjoints].some((adjoint) => adjoint)) return;

  const extent = scan.axis.extent as number;
  const carries = scan.carries.filter(({ leaf }) => needs.has(leaf));
  const inits = carries.map(({ leaf, init }) => carryAdjoints[leaf.index] ?? zeros(graph, init));
  const origin = gradientOrigin(scan);
  const inner = new Level(graph, scan, needs);
  /** Values of the forward body that the reverse scan, and what follows it, read. */
  const saved = new Set<Tensor>();
  /** Adjoints of the reverse body that are read after it. */
  const kept: Tensor[] = [];
  let savedRows = new Map<Tensor, Tensor>();
  let isReverse: (tensor: Tensor) => boolean = () => false;
  let reversed: Axis | undefined;

  const back = graph.scan(
    extent,
    inits,
    (iteration, leaves) => {
      if (iteration.kind === "index") reversed = iteration.axis;
      const now = minus(graph, whole(graph, extent - 1), iteration);
      isReverse = (tensor) => tensor.scans.some(({ axis }) => axis === reversed);

      carries.forEach(({ next }, k) => inner.contributeWhole(next, leaves[k]!));
      scan.rows.forEach((row, k) => {
        const adjoint = rowAdjoints[k];
        if (adjoint) inner.contributeWhole(row.value, rowSeed(graph, scan, row, adjoint, now));
      });
      walk.reverse(inner, bodyOf(scan));

      const next = carries.map(({ leaf }) => inner.adjoint(leaf) ?? zeros(graph, leaf));
      const rows = new Set<Tensor>();
      const read = new Set<Tensor>();
      for (const { at, body } of inner.deferred) for (const expr of [...at, body]) tensorsOf(expr, read);
      for (const tensor of leavesOf(read)) (isReverse(tensor) ? rows : saved).add(tensor);
      kept.push(...rows);
      const forward = (tensor: Tensor) => tensor.scans.includes(scan) && !isReverse(tensor);
      const wanted = topological([...next, ...kept], (t) => (forward(t) ? [] : inputsOf(t))).filter(forward);
      for (const tensor of leavesOf(wanted)) saved.add(tensor);

      savedRows = extend(walk, scan, saved);
      // The forward values of this iteration, from the rows.
      const present = new Map<Tensor, Tensor>();
      for (const [tensor, row] of savedRows) {
        const axes = graph.axesOf(tensor.shape);
        const at = inserted(
          axes.map((axis) => graph.index(axis)),
          positionOf(tensor),
          now,
        );
        present.set(tensor, graph.compute(axes, graph.read(row, at), tensor.origin));
      }
      const move = new Replacer(graph, {
        tensors: present,
        redirect: inside(walk, scan),
        axes: new Map([[scan.axis, now]]),
        within: new Set([scan.axis, reversed!]),
      });
      return {
        next: next.map((tensor) => move.tensor(tensor)),
        rows: kept.map((tensor) => ({ value: move.tensor(tensor), at: now, extent, position: positionOf(tensor) })),
      };
    },
    origin,
  );

  carries.forEach(({ init }, k) => level.contributeWhole(init, back.carries[k]!));
  const rows = new Map(kept.map((tensor, k) => [tensor, back.rows[k]!]));
  for (const [tensor, row] of savedRows) rows.set(tensor, row);
  const lift = new Lifter(graph, scan, reversed!, rows);
  for (const { tensor, axes, at, body, origin: from } of inner.deferred) {
    const steps = lift.axis;
    const lifted = inserted(axes, axes[0]?.extent === "batch" ? 1 : 0, steps);
    const contribution = { axes: lifted, at: at.map((e) => lift.expr(e)), body: lift.expr(body) };
    level.contribute(tensor, contribution, from);
  }

  /** What of the scan must be a row so that the tensors can be computed from rows: reverse values, and forward ones. */
  function leavesOf(tensors: Iterable<Tensor>): readonly Tensor[] {
    const isInside = (tensor: Tensor) => isReverse(tensor) || tensor.scans.includes(scan);
    const isLeaf = (tensor: Tensor) => isReverse(tensor) || !isRepeatable(tensor);
    const order = topological(tensors, (tensor) => (isInside(tensor) && !isLeaf(tensor) ? inputsOf(tensor) : []));
    return order.filter((tensor) => isInside(tensor) && isLeaf(tensor));
  }
}

/** Computed again from what it reads, rather than kept as a row. */
function isRepeatable(tensor: Tensor): boolean {
  return (tensor.kind === "compute" && isTrivial(tensor.body)) || tensor.kind === "reshape" || tensor.kind === "custom";
}

/** The tensors computed in a scan's body itself, not in scans inside it. */
function bodyOf(scan: Scan): readonly Tensor[] {
  const roots = [...scan.carries.map(({ next }) => next), ...scan.rows.map(({ value }) => value)];
  const order = topological(roots, (tensor) => (tensor.scans.includes(scan) ? inputsOf(tensor) : []));
  return order.filter((tensor) => tensor.scans.at(-1) === scan);
}

/** What the adjoint of the rows gives to the value written in this iteration. */
function rowSeed(graph: Graph, scan: Scan, { value, at, position }: Row, adjoint: Tensor, now: Expr): Tensor {
  const axes = graph.axesOf(value.shape);
  const subscripts = inserted(
    axes.map((axis) => graph.index(axis)),
    position,
    graph.substitute(at, new Map([[scan.axis, now]])),
  );
  const seed = graph.read(adjoint, subscripts);
  // A row that does not move with the iteration keeps what the last one wrote.
  const body = at.free.includes(scan.axis)
    ? seed
    : graph.apply(
        where,
        graph.apply(equal, now, whole(graph, (scan.axis.extent as number) - 1)),
        seed,
        graph.constant(0),
      );
  return graph.compute(axes, body, gradientOrigin(value));
}

/** The scans inside this one that were made anew. */
const inside = ({ replaced }: Walk, scan: Scan) =>
  new Map([...replaced].filter(([result]) => result.scans.includes(scan)));

/** Makes the scan anew with a row, by iteration, for each saved value; returns the rows. */
function extend(walk: Walk, scan: Scan, saved: ReadonlySet<Tensor>): Map<Tensor, Tensor> {
  const { graph, replaced } = walk;
  const rows = new Map<Tensor, Tensor>();
  if (saved.size === 0) return rows;
  const extent = scan.axis.extent as number;
  const list = [...saved];
  const longer = graph.scan(
    extent,
    scan.carries.map(({ init }) => init),
    (iteration, leaves) => {
      const move = new Replacer(graph, {
        tensors: new Map(scan.carries.map(({ leaf }, k) => [leaf, leaves[k]!])),
        redirect: inside(walk, scan),
        axes: new Map([[scan.axis, iteration]]),
        within: new Set([scan.axis]),
      });
      const old = scan.rows.map((row) => ({ ...row, value: move.tensor(row.value), at: move.expr(row.at) }));
      const added = list.map((tensor) => ({
        value: move.tensor(tensor),
        at: iteration,
        extent,
        position: positionOf(tensor),
      }));
      return { next: scan.carries.map(({ next }) => move.tensor(next)), rows: [...old, ...added] };
    },
    scan.origin,
  );
  const results = graph.scanResults(scan);
  results.carries.forEach((carry, k) => replaced.set(carry, longer.carries[k]!));
  results.rows.forEach((row, k) => replaced.set(row, longer.rows[k]!));
  list.forEach((tensor, k) => rows.set(tensor, longer.rows[scan.rows.length + k]!));
  return rows;
}

/** Turns values of one iteration into values of all, with the iteration as an index. */
class Lifter {
  readonly axis: Axis;
  readonly #graph: Graph;
  readonly #indices: ReadonlyMap<Axis, Expr>;
  readonly #rows: ReadonlyMap<Tensor, Tensor>;
  readonly #isInside: (tensor: Tensor) => boolean;
  readonly #lifted = new Map<Tensor, Tensor>();

  constructor(graph: Graph, scan: Scan, reversed: Axis, rows: ReadonlyMap<Tensor, Tensor>) {
    this.#graph = graph;
    this.#rows = rows;
    this.axis = graph.axis(scan.axis.extent);
    const now = graph.index(this.axis);
    this.#indices = new Map([
      [scan.axis, now],
      [reversed, minus(graph, whole(graph, (scan.axis.extent as number) - 1), now)],
    ]);
    this.#isInside = ({ scans }) => scans.some(({ axis }) => this.#indices.has(axis));
  }

  expr(expr: Expr): Expr {
    const graph = this.#graph;
    const go = (e: Expr): Expr => {
      switch (e.kind) {
        case "const":
        case "scalar":
        case "index":
          return e;
        case "read": {
          const at = e.at.map(go);
          if (!this.#isInside(e.tensor)) return graph.read(e.tensor, at, e.outside);
          const now = graph.index(this.axis);
          return graph.read(this.#tensor(e.tensor), inserted(at, positionOf(e.tensor), now), e.outside);
        }
        case "apply":
          return graph.apply(e.op, ...e.arguments.map(go));
        case "fold":
          return graph.fold(e.reducer, e.axes, go(e.body));
      }
    };
    return substitute(graph, go(expr), this.#indices);
  }
  #tensor(tensor: Tensor): Tensor {
    const known = this.#rows.get(tensor) ?? this.#lifted.get(tensor);
    if (known) return known;
    const made = this.#make(tensor);
    this.#lifted.set(tensor, made);
    return made;
  }
  #make(tensor: Tensor): Tensor {
    const graph = this.#graph;
    const position = positionOf(tensor);
    if (tensor.kind === "compute")
      return graph.compute(inserted(tensor.axes, position, this.axis), this.expr(tensor.body), tensor.origin);
    if (tensor.kind === "custom") return this.#whole(tensor.value);
    if (tensor.kind === "reshape") {
      const shape = inserted(tensor.shape, position, this.axis.extent);
      return graph.reshape(this.#whole(tensor.of), shape, tensor.origin);
    }
    throw new Error(`the ${tensor.kind} ${tensor.origin.label} of a scan's body has no row`);
  }
  /** Also a tensor from outside the scan, repeated for each iteration. */
  #whole(tensor: Tensor): Tensor {
    if (this.#isInside(tensor)) return this.#tensor(tensor);
    const axes = this.#graph.axesOf(tensor.shape);
    return this.#graph.compute(inserted(axes, positionOf(tensor), this.axis), this.#graph.at(tensor, axes));
  }
}
