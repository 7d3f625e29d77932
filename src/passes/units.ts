/** @file The order of computation: tensors by scan and index space, each unit one place in the order. */
import { byLevel } from "../ir/traverse.js";
import type { Compute, Scan, ScanResult, Scatter, Tensor } from "../ir/types.js";
import { grouped } from "./group.js";
import type { ScanUnit, Unit } from "./nest.js";

/**
 * Tensors by scan, in the order of their making, which puts inputs first; computes over the same space share a unit, unless they
 * are to be alone.
 */
export function unitsOf(order: readonly Tensor[], isAlone: (tensor: Compute) => boolean): readonly Unit[] {
  const members = byLevel([...order].sort((a, b) => a.id - b.id));
  const unitsIn = (level: Scan | undefined): readonly Unit[] => {
    const units: (Compute | Scatter | ScanUnit)[] = [];
    const scans = new Map<Scan, ScanResult[]>();
    for (const tensor of members.get(level) ?? []) {
      if (tensor.kind === "compute" || tensor.kind === "scatter") units.push(tensor);
      else if (tensor.kind === "result") {
        const known = scans.get(tensor.scan);
        if (known) {
          known.push(tensor);
          continue;
        }
        const results = [tensor];
        scans.set(tensor.scan, results);
        units.push({ scan: tensor.scan, results, body: unitsIn(tensor.scan) });
      } else if (tensor.kind === "placeholder")
        throw new Error(`schedule: placeholder ${tensor.id} (${tensor.origin.label}) was never replaced`);
    }
    return grouped(units, isAlone);
  };
  return unitsIn(undefined);
}
