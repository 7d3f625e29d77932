/** @file What every graph must satisfy, before and after each pass. */
import { isWithin } from "./affine.js";
import { inputsOf, topological } from "./traverse.js";
import type { Axis, Expr, Extent, Program, Tensor } from "./types.js";

/** Faults found, empty if none. */
export function verifyTensors(roots: readonly Tensor[]): string[] {
  const faults: string[] = [];
  const order = topological(roots);
  const position = new Map(order.map((tensor, k) => [tensor, k]));
  for (const tensor of order) {
    const fault = (text: string) => faults.push(`${tensor.kind} ${tensor.id} (${tensor.origin.label}): ${text}`);
    for (const input of inputsOf(tensor))
      if (position.get(input)! >= position.get(tensor)!) fault(`depends on itself through ${input.kind} ${input.id}`);
    tensor.shape.forEach((extent, k) => {
      if (extent === "batch" ? k > 0 : !(Number.isInteger(extent) && extent >= 0))
        fault(`extent ${extent} of axis ${k}`);
    });
    verifyTensor(tensor, fault);
  }
  return faults;
}

export function verifyProgram(program: Program): string[] {
  const faults: string[] = [];
  program.stages.forEach((stage, k) => {
    for (const { target, value } of stage) {
      const fault = (text: string) => faults.push(`stage ${k}, store to ${target.arena} ${target.name}: ${text}`);
      if (value.scans.length > 0) fault("the value belongs to a scan's body");
      if (!sameElements(value.shape, target.shape))
        fault(`shape [${value.shape.join()}] into [${target.shape.join()}]`);
      if (target.type === "i32" && !isWhole(value.type)) fault(`${value.type} into ${target.type}`);
    }
  });
  return [...verifyTensors(program.stages.flatMap((stage) => stage.map(({ value }) => value))), ...faults];
}

/** Throws a defect report if a program is not as it must be. */
export function assertProgram(program: Program, after: string): void {
  const faults = verifyProgram(program);
  if (faults.length > 0) throw new Error(`program ${program.name} after ${after}:\n${faults.slice(0, 10).join("\n")}`);
}

const isWhole = (type: string) => type === "i32" || type === "bool";

function sameElements(a: readonly Extent[], b: readonly Extent[]): boolean {
  const count = (shape: readonly Extent[]) =>
    shape.reduce<number>((n, extent) => (extent === "batch" ? n : n * extent), 1);
  const batches = (shape: readonly Extent[]) => shape.filter((extent) => extent === "batch").length;
  return count(a) === count(b) && batches(a) === batches(b);
}
const sameShape = (a: readonly Extent[], b: readonly Extent[]) =>
  a.length === b.length && a.every((x, k) => x === b[k]);

function verifyTensor(tensor: Tensor, fault: (text: string) => void): void {
  const bound = new Set<Axis>(tensor.scans.map((scan) => scan.axis));
  switch (tensor.kind) {
    case "source":
    case "placeholder":
    case "carried":
      return;
    case "compute":
      if (
        !sameShape(
          tensor.shape,
          tensor.axes.map((axis) => axis.extent),
        )
      )
        fault("shape differs from its axes");
      if (tensor.body.type !== tensor.type) fault(`type ${tensor.type} but body ${tensor.body.type}`);
      return verifyExpr(tensor.body, new Set([...bound, ...tensor.axes]), fault);
    case "scatter": {
      if (tensor.at.length !== tensor.shape.length)
        fault(`${tensor.at.length} subscripts for rank ${tensor.shape.length}`);
      const own = new Set([...bound, ...tensor.axes]);
      for (const at of tensor.at) {
        if (!isWhole(at.type)) fault(`subscript of type ${at.type}`);
        verifyExpr(at, own, fault);
      }
      return verifyExpr(tensor.body, own, fault);
    }
    case "reshape":
      if (!sameElements(tensor.shape, tensor.of.shape))
        fault(`[${tensor.of.shape.join()}] as [${tensor.shape.join()}]`);
      return;
    case "custom":
      if (!sameShape(tensor.shape, tensor.value.shape)) fault("shape differs from its value");
      tensor.inputs.forEach((input, k) => {
        const gradient = tensor.gradients[k];
        if (gradient && !sameShape(gradient.shape, input.shape))
          fault(`gradient ${k} has another shape than its input`);
      });
      return;
    case "result": {
      for (const { leaf, init, next } of tensor.scan.carries)
        for (const other of [init, next])
          if (!sameShape(leaf.shape, other.shape) || leaf.type !== other.type)
            fault(`carries ${leaf.type}[${leaf.shape.join()}] but has ${other.type}[${other.shape.join()}]`);
      const own = new Set([...bound, tensor.scan.axis]);
      for (const { value, at, position } of tensor.scan.rows) {
        if (position > value.shape.length) fault(`row axis ${position} of rank ${value.shape.length}`);
        verifyExpr(at, own, fault);
      }
    }
  }
}

function verifyExpr(root: Expr, bound: ReadonlySet<Axis>, fault: (text: string) => void): void {
  for (const axis of root.free) if (!bound.has(axis)) fault(`index ${axis.id} is not bound`);
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    switch (e.kind) {
      case "read":
        if (e.at.length !== e.tensor.shape.length) fault(`read of rank ${e.tensor.shape.length} at ${e.at.length}`);
        e.at.forEach((at, k) => {
          walk(at);
          if (!isWhole(at.type)) fault(`subscript of type ${at.type}`);
          const extent = e.tensor.shape[k]!;
          // Subscripts that depend on data are the checker's to prove.
          if (e.outside === undefined && !dependsOnData(at) && !isWithin(at, extent))
            fault(`subscript ${k} of ${e.tensor.kind} ${e.tensor.id} leaves 0 .. ${extent} - 1`);
        });
        return;
      case "apply": {
        if (e.op.type(e.arguments.map((argument) => argument.type)) !== e.type) fault(`${e.op.name} of type ${e.type}`);
        e.arguments.forEach(walk);
        return;
      }
      case "fold":
        walk(e.body);
        return;
      case "const":
      case "index":
      case "scalar":
    }
  };
  walk(root);
}

/** Whether a subscript is more than arithmetic that `interval` bounds tightly. */
function dependsOnData(e: Expr): boolean {
  if (e.kind === "const" || e.kind === "index") return false;
  return (
    e.kind !== "apply" ||
    !["add", "subtract", "multiply", "negate"].includes(e.op.name) ||
    e.arguments.some(dependsOnData)
  );
}
