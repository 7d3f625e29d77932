/** @file Walks over the tensors of a program: order, users, and rewriting from the inputs up. */
import { tensorsOf } from "./graph.js";
import type { Graph } from "./graph.js";
import { once } from "./once.js";
import type { Axis, CarriedTensor, Carry, Expr, Program, Row, Scan, Tensor } from "./types.js";

/** The tensors that a tensor is computed from. A scan's result depends on everything its body needs. */
export function inputsOf(tensor: Tensor): Iterable<Tensor> {
  switch (tensor.kind) {
    case "source":
    case "placeholder":
    case "carried":
      return [];
    case "compute":
    case "scatter":
      return tensor.reads;
    case "reshape":
      return [tensor.of];
    case "custom":
      return [tensor.value, ...tensor.inputs];
    case "result": {
      const inputs = new Set<Tensor>();
      for (const { init, next } of tensor.scan.carries) inputs.add(init).add(next);
      for (const { value, at } of tensor.scan.rows) tensorsOf(at, inputs.add(value));
      return inputs;
    }
  }
}

/** As `inputsOf`, with the gradient graphs that hang on a custom. */
export function inputsAndGradients(tensor: Tensor): Iterable<Tensor> {
  return tensor.kind === "custom"
    ? [tensor.value, ...tensor.inputs, ...tensor.gradients.filter((gradient) => gradient !== undefined)]
    : inputsOf(tensor);
}

/** Every tensor that the roots need, inputs first (scan bodies included, before the scan's results). No recursion: graphs are deep. */
export function topological(roots: Iterable<Tensor>, inputs = inputsOf): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const stack: { tensor: Tensor; rest: Iterator<Tensor> }[] = [];
  const enter = (tensor: Tensor) => {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    stack.push({ tensor, rest: inputs(tensor)[Symbol.iterator]() });
  };
  for (const root of roots) {
    enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.rest.next();
      if (!next.done) enter(next.value);
      else {
        order.push(top.tensor);
        stack.pop();
      }
    }
  }
  return order;
}

export const rootsOf = (program: Program): Tensor[] =>
  program.stages.flatMap((stage) => stage.map(({ value }) => value));

/** Tensors by the innermost scan they are computed in (undefined: outside all), in the given order. */
export function byLevel(order: readonly Tensor[]): Map<Scan | undefined, Tensor[]> {
  const levels = new Map<Scan | undefined, Tensor[]>();
  for (const tensor of order) {
    const level = tensor.scans.at(-1);
    const known = levels.get(level);
    if (known) known.push(tensor);
    else levels.set(level, [tensor]);
  }
  return levels;
}

/** For each tensor the tensors that are computed from it, each once. */
export function usersOf(order: readonly Tensor[]): Map<Tensor, Tensor[]> {
  const users = new Map<Tensor, Tensor[]>(order.map((tensor) => [tensor, []]));
  for (const tensor of order) for (const input of inputsOf(tensor)) users.get(input)?.push(tensor);
  return users;
}

/** The outputs of scans that something needs; what a scan carries or keeps for nobody is left out of its rewritten form. */
interface LiveOutputs {
  readonly carries: ReadonlySet<Carry>;
  readonly rows: ReadonlySet<Row>;
}
function liveOutputs(roots: readonly Tensor[]): LiveOutputs {
  const carries = new Set<Carry>();
  const rows = new Set<Row>();
  const seen = new Set<Tensor>();
  const pending = [...roots];
  const keepCarry = (carry: Carry) => {
    if (carries.has(carry)) return;
    carries.add(carry);
    pending.push(carry.init, carry.next);
  };
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    if (tensor.kind === "carried") keepCarry(carryOf(tensor));
    else if (tensor.kind !== "result") pending.push(...inputsAndGradients(tensor));
    else if (tensor.output === "carry") keepCarry(tensor.scan.carries[tensor.index]!);
    else {
      const row = tensor.scan.rows[tensor.index]!;
      rows.add(row);
      pending.push(row.value, ...tensorsOf(row.at));
    }
  }
  return { carries, rows };
}

/** How a rewrite sees the graph: what old tensors have become, and old index variables of scans. */
export interface Rewriting {
  readonly graph: Graph;
  /** The rewritten tensor (its inputs come first, so it is known). */
  readonly of: (tensor: Tensor) => Tensor;
  /** An expression over rewritten tensors. */
  readonly expr: (expr: Expr) => Expr;
  /** The tensor over rewritten inputs, otherwise unchanged. */
  readonly rebuild: (tensor: Tensor) => Tensor;
}

/**
 * Rewrites what the roots need, inputs first. `visit` gives the new form of a tensor, or undefined to keep it over its new inputs.
 * A scan whose body changes becomes a new scan; its outer scans are made before it, so ids keep the order of nesting.
 */
export function rewrite(
  graph: Graph,
  roots: readonly Tensor[],
  visit: (tensor: Tensor, rewriting: Rewriting) => Tensor | undefined,
): (tensor: Tensor) => Tensor {
  const live = liveOutputs(roots);
  const order = topological(roots, (tensor) => {
    if (tensor.kind !== "result") return inputsAndGradients(tensor);
    const carries = tensor.scan.carries.filter((carry) => live.carries.has(carry));
    const rows = tensor.scan.rows.filter((row) => live.rows.has(row));
    return [
      ...carries.flatMap(({ init, next }) => [init, next]),
      ...rows.flatMap(({ value, at }) => [value, ...tensorsOf(at)]),
    ];
  });
  const levels = byLevel(order);
  const done = new Map<Tensor, Tensor>();
  const indices = new Map<Axis, Expr>();
  const newScans = new Map<Scan, { carries: readonly Tensor[]; rows: readonly Tensor[] }>();

  const of = (tensor: Tensor): Tensor => {
    const known = done.get(tensor);
    if (!known) throw new Error(`rewrite: ${tensor.kind} ${tensor.id} is read before it is made`);
    return known;
  };
  const expr = once((e): Expr => {
    switch (e.kind) {
      case "const":
      case "scalar":
        return e;
      case "index":
        return indices.get(e.axis) ?? e;
      case "read":
        return graph.read(of(e.tensor), e.at.map(expr), e.outside);
      case "apply":
        return graph.apply(e.op, ...e.arguments.map(expr));
      case "fold":
        return graph.fold(e.reducer, e.axes, expr(e.body));
    }
  });
  const rebuild = (tensor: Tensor): Tensor => {
    switch (tensor.kind) {
      case "source":
      case "placeholder":
        return tensor;
      case "carried":
        return of(tensor);
      case "compute":
        return graph.compute(tensor.axes, expr(tensor.body), tensor.origin);
      case "scatter":
        return graph.scatter(tensor.shape, tensor.axes, tensor.at.map(expr), expr(tensor.body), tensor.origin);
      case "reshape":
        return graph.reshape(of(tensor.of), tensor.shape, tensor.origin);
      case "custom":
        return graph.custom(
          of(tensor.value),
          tensor.inputs.map(of),
          tensor.seed,
          tensor.gradients.map((gradient) => gradient && of(gradient)),
          tensor.surrogate,
        );
      case "result": {
        const results = scan(tensor.scan);
        const { carries, rows } = tensor.scan;
        return tensor.output === "carry"
          ? results.carries[carries.slice(0, tensor.index).filter((carry) => live.carries.has(carry)).length]!
          : results.rows[rows.slice(0, tensor.index).filter((row) => live.rows.has(row)).length]!;
      }
    }
  };
  const level = (tensors: readonly Tensor[] | undefined) => {
    for (const tensor of tensors ?? []) {
      if (done.has(tensor)) continue;
      if (tensor.kind === "carried") throw new Error("rewrite: a carried tensor outside its scan");
      done.set(tensor, visit(tensor, rewriting) ?? rebuild(tensor));
    }
  };
  const scan = (old: Scan) => {
    const known = newScans.get(old);
    if (known) return known;
    const carries = old.carries.filter((carry) => live.carries.has(carry));
    const rows = old.rows.filter((row) => live.rows.has(row));
    const made = graph.scan(
      old.axis.extent as number,
      carries.map(({ init }) => of(init)),
      (iteration, carried) => {
        carries.forEach(({ leaf }, k) => done.set(leaf, carried[k]!));
        indices.set(old.axis, iteration);
        level(levels.get(old));
        return {
          next: carries.map(({ next }) => of(next)),
          rows: rows.map((row) => ({ ...row, value: of(row.value), at: expr(row.at) })),
        };
      },
      old.origin,
    );
    newScans.set(old, made);
    return made;
  };
  const rewriting: Rewriting = { graph, of, expr, rebuild };
  level(levels.get(undefined));
  return of;
}

/** A program with its values rewritten. */
export function rewriteProgram(
  graph: Graph,
  program: Program,
  visit: (tensor: Tensor, rewriting: Rewriting) => Tensor | undefined,
): Program {
  const of = rewrite(graph, rootsOf(program), visit);
  return {
    name: program.name,
    stages: program.stages.map((stage) => stage.map(({ target, value }) => ({ target, value: of(value) }))),
  };
}

/** The carry that a leaf stands for. */
const carryOf = (leaf: CarriedTensor) => leaf.scan.carries[leaf.index]!;
