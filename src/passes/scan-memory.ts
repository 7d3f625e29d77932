/**
 * @file Where a scan keeps what it carries and its rows, so that nothing is copied from iteration to iteration. A carried value
 * whose states are rows lives in a sequence of one state more: iteration s reads state s and computes state s + 1 in place.
 * Another is replaced where it lies once all have read it. Any other row is computed where it is kept.
 */
import { affine, isWithin } from "../ir/affine.js";
import { tensorsOf } from "../ir/graph.js";
import type { Carry, CarriedTensor, Compute, Row, Scan, ScanResult, Tensor } from "../ir/types.js";
import { readsOf } from "./direct.js";
import { readsInPlace } from "./group.js";
import { isScanUnit, owner } from "./nest.js";
import type { ScanUnit, Unit } from "./nest.js";
import type { Uses } from "./uses.js";

/** `states`: rows of a sequence of all states; `replaced`: computed where the last one lies; else copied after each iteration. */
export type CarryMemory = "states" | "replaced" | "copied";
/** `states`: rows in a carry's sequence, `from` positions on; `direct`: computed in place. */
export type RowMemory =
  | { readonly kind: "states"; readonly leaf: CarriedTensor; readonly from: 0 | 1 }
  | { readonly kind: "direct" | "copied" };

export interface ScanMemory {
  readonly carries: ReadonlyMap<Carry, CarryMemory>;
  readonly rows: ReadonlyMap<Row, RowMemory>;
  /** Sequences of states, by what is carried: filled in by the scheduler. */
  readonly bases: Map<CarriedTensor, Tensor>;
}

/** `positionOf`: the first unit of the body that writes to a value. */
export function scanMemory(
  { scan, results, body }: ScanUnit,
  uses: Uses,
  positionOf: (tensor: Tensor) => number | undefined,
): ScanMemory {
  const carries = new Map<Carry, CarryMemory>();
  const rows = new Map<Row, RowMemory>();
  const placed = new Set<Tensor>();
  const live = new Map<Row, ScanResult>();
  for (const result of results) if (result.output === "row") live.set(scan.rows[result.index]!, result);
  const isComputed = (tensor: Tensor): tensor is Compute =>
    tensor.kind === "compute" && positionOf(tensor) !== undefined && !placed.has(tensor);

  for (const carry of scan.carries) {
    const { leaf, next } = carry;
    if (!isComputed(next) || uses.viewed.has(next) || uses.viewed.has(leaf)) continue;
    const fitting = [...live].filter(
      ([row, result]) =>
        (row.value === leaf || row.value === next) &&
        stepOf(row, scan) &&
        !uses.viewed.has(result) &&
        !uses.guarded.has(result),
    );
    if (fitting.length === 0) continue;
    for (const [row] of fitting) rows.set(row, { kind: "states", leaf, from: row.value === next ? 1 : 0 });
    carries.set(carry, "states");
    placed.add(next);
  }
  for (const row of live.keys()) {
    if (rows.has(row)) continue;
    const { value, at, extent } = row;
    const isPlain = tensorsOf(at).size === 0 && isWithin(at, extent);
    const isDirect = isPlain && isComputed(value) && !uses.viewed.has(value);
    rows.set(row, { kind: isDirect ? "direct" : "copied" });
    if (isDirect) placed.add(value);
  }
  for (const carry of scan.carries) {
    if (carries.has(carry)) continue;
    const { leaf, next } = carry;
    const isWanted =
      scan.carries.some((other) => owner(other.next) === leaf) ||
      [...rows].some(
        ([row, { kind }]) => (kind === "copied" && owner(row.value) === leaf) || hasOwner(tensorsOf(row.at), leaf),
      );
    const isReplaced = !isWanted && isComputed(next) && isLastUse(leaf, next, body, positionOf(next)!);
    carries.set(carry, isReplaced ? "replaced" : "copied");
    if (isReplaced) placed.add(next);
  }
  return { carries, rows, bases: new Map() };
}

/** The row by iteration, `factor * iteration + constant`, if every iteration writes one and none is left out. */
export function stepOf(
  { at, extent }: Row,
  { axis }: Scan,
): { readonly factor: 1 | -1; readonly constant: number } | undefined {
  const form = affine(at);
  if (!form || extent !== axis.extent || form.terms.size !== 1) return undefined;
  const { constant } = form;
  const factor = form.terms.get(axis);
  if (factor === 1 && constant === 0) return { factor, constant };
  return factor === -1 && constant === extent - 1 ? { factor, constant } : undefined;
}

const hasOwner = (tensors: Iterable<Tensor>, leaf: Tensor): boolean => [...tensors].some((t) => owner(t) === leaf);

/** Whether nothing reads the carried value once its successor is being written. */
function isLastUse(leaf: CarriedTensor, next: Compute, body: readonly Unit[], position: number): boolean {
  return body.every((unit, k) => {
    if (k < position) return true;
    const reads = readsOf(unit);
    if (!hasOwner(reads, leaf)) return true;
    if (k > position || isScanUnit(unit) || !unit.includes(next)) return false;
    return unit.every(
      (member) =>
        member.kind === "compute" &&
        [...member.reads].every((read) => read === leaf || owner(read) !== leaf) &&
        readsInPlace(member.body, leaf, member),
    );
  });
}
