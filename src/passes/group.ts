/** @file Puts computes over the same index space into one loop nest when they share work: optimizer updates, a maximum and its place. */
import { tensorsOf } from "../ir/graph.js";
import { once } from "../ir/once.js";
import { inputsOf } from "../ir/traverse.js";
import type { Compute, Expr, Scatter, Tensor } from "../ir/types.js";
import { owner } from "./nest.js";
import type { ScanUnit, Unit } from "./nest.js";
import { callsIn, mostCalls } from "./price.js";

const largestGroup = 16;
/** Earlier groups that a compute may join. */
const reach = 8;

interface Group {
  readonly members: Compute[];
  readonly position: number;
  readonly reads: Set<Tensor>;
  readonly bodies: Set<Expr>;
  readonly calls: Set<Expr>;
  readonly folds: boolean;
}

/** Those that are to be alone share a nest with nothing else. */
export function grouped(
  units: readonly (Compute | Scatter | ScanUnit)[],
  isAlone: (tensor: Compute) => boolean,
): readonly Unit[] {
  const result: Unit[] = [];
  const positions = new Map<Tensor, number>();
  const groups = new Map<string, Group[]>();
  for (const unit of units) {
    if ("scan" in unit) {
      for (const tensor of unit.results) positions.set(tensor, result.length);
      result.push(unit);
      continue;
    }
    if (unit.kind === "scatter" || isAlone(unit)) {
      positions.set(unit, result.length);
      result.push([unit]);
      continue;
    }
    const key = unit.axes.map((axis) => axis.id).join();
    const known = groups.get(key) ?? [];
    if (known.length === 0) groups.set(key, known);
    const reads = tensorsOf(unit.body);
    const bodies = foldBodies(unit.body);
    const calls = callsIn(unit.body);
    const group = known.slice(-reach).findLast((one) => joins(unit, reads, bodies, calls, one, positions));
    if (group) {
      group.members.push(unit);
      for (const read of reads) group.reads.add(read);
      for (const body of bodies) group.bodies.add(body);
      for (const call of calls) group.calls.add(call);
      positions.set(unit, group.position);
      continue;
    }
    const members = [unit];
    known.push({ members, position: result.length, reads, bodies, calls, folds: bodies.size > 0 });
    positions.set(unit, result.length);
    result.push(members);
  }
  return result;
}

function joins(
  unit: Compute,
  reads: ReadonlySet<Tensor>,
  bodies: ReadonlySet<Expr>,
  calls: ReadonlySet<Expr>,
  group: Group,
  positions: ReadonlyMap<Tensor, number>,
): boolean {
  if (group.members.length >= largestGroup || group.folds !== bodies.size > 0) return false;
  const added = [...calls].filter((call) => !group.calls.has(call)).length;
  if (added > 0 && group.calls.size > 0 && group.calls.size + added > mostCalls) return false;
  const related =
    bodies.size > 0
      ? [...bodies].every((body) => group.bodies.has(body))
      : [...reads].some((read) => group.reads.has(read) || group.members.includes(read as Compute));
  if (!related) return false;
  for (const input of inputsOf(unit)) {
    const made = owner(input);
    if ((positions.get(made) ?? -1) < group.position) continue;
    if (made !== input || !group.members.includes(input as Compute)) return false;
    if (!readsInPlace(unit.body, input, unit)) return false;
  }
  return true;
}

/** Whether every read of the tensor is at the nest's own indices, outside folds. */
export function readsInPlace(expr: Expr, tensor: Tensor, unit: Compute): boolean {
  const isInPlace = once((e): boolean => {
    switch (e.kind) {
      case "read":
        if (e.tensor === tensor)
          return e.at.every(
            (at, k) => at.kind === "index" && at.axis === unit.axes[k] && at.axis.extent === tensor.shape[k],
          );
        return e.at.every(isInPlace);
      case "apply":
        return e.arguments.every(isInPlace);
      case "fold":
        return !tensorsOf(e.body).has(tensor);
      default:
        return true;
    }
  });
  return isInPlace(expr);
}

function foldBodies(expr: Expr): Set<Expr> {
  const bodies = new Set<Expr>();
  const visit = once((e): void => {
    if (e.kind === "fold") bodies.add(e.body);
    else if (e.kind === "apply") e.arguments.forEach(visit);
    else if (e.kind === "read") e.at.forEach(visit);
  });
  visit(expr);
  return bodies;
}
