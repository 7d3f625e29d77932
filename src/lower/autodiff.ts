/** @file Reverse-mode differentiation of the tensor graph: new nodes of the same kinds, linear in the adjoints. */
import { isWithin } from "../ir/affine.js";
import type { Graph } from "../ir/graph.js";
import { inputsOf, topological } from "../ir/traverse.js";
import type { Compute, Expr, Scan, Tensor } from "../ir/types.js";
import { number } from "../ops/index.js";
import { atomise, isCheap } from "./atomise.js";
import { adjointsOfReads, dependsOn, isFloat } from "./body-adjoint.js";
import { gradientOrigin, Level } from "./level.js";
import type { Walk } from "./level.js";
import { Replacer } from "./replace.js";
import { scanAdjoint } from "./scan-adjoint.js";

export interface Derivative {
  /** The gradient by each tensor, of its shape; undefined where the loss does not depend on it. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** `others` in the form that shares its forward pass with the gradients. */
  readonly others: readonly Tensor[];
}

/**
 * Gradients of a scalar. Splits bodies and extends scans by the rows that the reverse walk needs: `others` (outputs, metrics,
 * buffer updates of the same program) must be used in the form returned, else the forward pass is computed twice.
 */
export function differentiate(
  graph: Graph,
  loss: Tensor,
  wrt: readonly Tensor[],
  others: readonly Tensor[] = [],
): Derivative {
  if (loss.shape.length > 0) throw new Error(`the loss to differentiate has rank ${loss.shape.length}, not 0`);
  const atom = atomise(graph, [loss, ...others, ...wrt]);
  const root = atom(loss);
  const leaves = wrt.map(atom);
  const order = topological([root]);
  const walk: Walk = {
    graph,
    needs: dependents(order, new Set(leaves)),
    replaced: new Map(),
    reverse: (level, tensors) => reverse(walk, level, tensors),
  };

  const top = new Level(graph, undefined, walk.needs);
  top.contributeWhole(root, graph.compute([], graph.constant(1), gradientOrigin(root)));
  const outside = order.filter((tensor) => tensor.scans.length === 0);
  reverse(walk, top, outside);
  const final = new Replacer(graph, { redirect: walk.replaced });
  return {
    gradients: leaves.map((leaf) => {
      const gradient = top.adjoint(leaf);
      return gradient && final.tensor(gradient);
    }),
    others: others.map((tensor) => final.tensor(atom(tensor))),
  };
}

/** The tensors of `order` whose value varies continuously with one of `leaves`. */
function dependents(order: readonly Tensor[], leaves: ReadonlySet<Tensor>): ReadonlySet<Tensor> {
  const needs = new Set<Tensor>();
  const depends = (tensor: Tensor): boolean => {
    if (!isFloat(tensor)) return false;
    if (leaves.has(tensor)) return true;
    switch (tensor.kind) {
      case "source":
      case "placeholder":
        return false;
      case "compute":
      case "scatter":
        return dependsOn(tensor.body, needs);
      case "reshape":
        return needs.has(tensor.of);
      case "custom":
        return tensor.inputs.some((input, k) => tensor.gradients[k] !== undefined && needs.has(input));
      case "carried": {
        const { init, next } = tensor.scan.carries[tensor.index]!;
        return needs.has(init) || needs.has(next);
      }
      case "result": {
        if (tensor.output === "row") return needs.has(tensor.scan.rows[tensor.index]!.value);
        return needs.has(tensor.scan.carries[tensor.index]!.leaf);
      }
    }
  };
  // A carried value that its body never reads is no tensor's input, and its result is one all the same.
  const carried = order.flatMap((t) => (t.kind === "result" ? t.scan.carries.map(({ leaf }) => leaf) : []));
  const asked = [...new Set([...carried, ...order])];
  // It depends on what the body computes from it: again until nothing is added.
  for (let before = -1; before < needs.size;) {
    before = carried.length > 0 ? needs.size : Infinity;
    for (const tensor of asked) if (!needs.has(tensor) && depends(tensor)) needs.add(tensor);
  }
  return needs;
}

/** Passes the adjoints of a level's tensors on to what they are computed from, users first. */
function reverse(walk: Walk, level: Level, tensors: readonly Tensor[]): void {
  const done = new Set<Scan>();
  // By falling id: users are younger than inputs, and all users of a scan's results are younger than all its results.
  for (const tensor of [...tensors].sort((a, b) => b.id - a.id)) {
    if (!walk.needs.has(tensor)) continue;
    if (tensor.kind === "result") {
      if (!done.has(tensor.scan)) scanAdjoint(walk, level, tensor.scan);
      done.add(tensor.scan);
      continue;
    }
    const adjoint = level.adjoint(tensor);
    if (adjoint) passOn(walk, level, tensor, adjoint);
  }
}

function passOn({ graph, needs }: Walk, level: Level, tensor: Tensor, adjoint: Tensor): void {
  const origin = gradientOrigin(tensor);
  const context = {
    graph,
    needs,
    origin,
    emit: (of: Tensor, contribution: Parameters<Level["contribute"]>[1]) => level.contribute(of, contribution, origin),
  };
  switch (tensor.kind) {
    case "compute": {
      const seed = seedAt(graph, adjoint, tensor);
      return adjointsOfReads(context, tensor.body, tensor.axes, seed, graph.at(tensor, tensor.axes));
    }
    case "scatter": {
      const isInside = tensor.at.every((at, k) => isWithin(at, tensor.shape[k]!));
      const seed = graph.read(adjoint, tensor.at, isInside ? undefined : 0);
      return adjointsOfReads(context, tensor.body, tensor.axes, seed);
    }
    case "reshape":
      return level.contributeWhole(tensor.of, graph.reshape(adjoint, tensor.of.shape, origin));
    case "custom": {
      const replacer = new Replacer(graph, { tensors: new Map([[tensor.seed, adjoint]]) });
      tensor.inputs.forEach((input, k) => {
        const gradient = tensor.gradients[k];
        if (gradient) level.contributeWhole(input, replacer.tensor(gradient));
      });
      return;
    }
    case "source":
    case "placeholder":
    case "carried":
    case "result":
  }
}

/** The adjoint at the node's own indices; one that reads nothing is written out. */
function seedAt(graph: Graph, adjoint: Tensor, { axes }: Compute): Expr {
  if (adjoint.kind !== "compute" || adjoint.scans.length > 0 || !isCheap(adjoint.body)) return graph.at(adjoint, axes);
  if ([...inputsOf(adjoint)].length > 0) return graph.at(adjoint, axes);
  const body = graph.substitute(adjoint.body, new Map(adjoint.axes.map((axis, k) => [axis, graph.index(axes[k]!)])));
  return adjoint.type === "f32" && body.type !== "f32" ? graph.apply(number, body) : body;
}
