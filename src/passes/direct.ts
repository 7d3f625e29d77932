/** @file Which stored values can be computed straight into their target: nothing may want the target's old contents afterwards. */
import { sizeOf, tensorsOf } from "../ir/graph.js";
import { inputsOf } from "../ir/traverse.js";
import type { Store, Tensor } from "../ir/types.js";
import { readsInPlace } from "./group.js";
import { fixedBuffer, isScanUnit, overlap, owner, stridesOf } from "./nest.js";
import type { Buffer, Unit } from "./nest.js";

/** Stored tensors by their one direct store. */
export function directStores(
  units: readonly Unit[],
  stores: readonly Store[],
  batch: number,
  held: (tensor: Tensor) => Buffer | undefined,
): ReadonlyMap<Tensor, Store> {
  const fixedOf = (tensor: Tensor): Buffer | undefined => {
    const made = owner(tensor);
    const buffer = made.kind === "source" ? fixedBuffer(made, made.source, batch) : held(made);
    return buffer?.fixed === undefined ? undefined : buffer;
  };
  const position = new Map<Tensor, number>();
  const reads = new Map<string, { buffer: Buffer; unit: number }[]>();
  units.forEach((unit, k) => {
    if (!isScanUnit(unit)) for (const tensor of unit) position.set(tensor, k);
    for (const tensor of readsOf(unit)) {
      const buffer = fixedOf(tensor);
      if (!buffer) continue;
      const known = reads.get(buffer.array);
      if (known) known.push({ buffer, unit: k });
      else reads.set(buffer.array, [{ buffer, unit: k }]);
    }
  });
  const copied = stores.flatMap(({ value }) => fixedOf(value) ?? []);
  const direct = new Map<Tensor, Store>();
  for (const store of stores) {
    const value = owner(store.value);
    const at = position.get(value);
    if (at === undefined || direct.has(value)) continue;
    if (
      sizeOf(value.shape, batch) !== sizeOf(store.target.shape, batch) ||
      (value.shape[0] === "batch") !== (store.target.shape[0] === "batch")
    )
      continue;
    const target = fixedBuffer(value, store.target, batch);
    if (copied.some((buffer) => overlap(buffer, target))) continue;
    const wanted = (reads.get(target.array) ?? []).filter(({ buffer, unit }) => unit >= at && overlap(buffer, target));
    if (wanted.every(({ buffer, unit }) => unit === at && inPlace(units[unit]!, buffer, target)))
      direct.set(value, store);
  }
  return direct;
}

/** All reads of the region in the nest are of the element about to be replaced. */
function inPlace(unit: Unit, buffer: Buffer, target: Buffer): boolean {
  if (isScanUnit(unit) || buffer.fixed !== target.fixed || buffer.length !== target.length) return false;
  const { tensor } = buffer;
  return unit.every(
    (member) =>
      member.kind === "compute" &&
      member.shape.length === tensor.shape.length &&
      member.shape.every((extent, k) => extent === tensor.shape[k]) &&
      [...tensorsOf(member.body)].every((read) => owner(read) !== tensor || read === tensor) &&
      readsInPlace(member.body, tensor, member),
  );
}

/** What a unit reads, scans with all of their bodies. */
export function readsOf(unit: Unit): Set<Tensor> {
  const reads = new Set<Tensor>();
  if (!isScanUnit(unit)) {
    for (const tensor of unit) for (const input of inputsOf(tensor)) reads.add(input);
    return reads;
  }
  for (const { init, next } of unit.scan.carries) reads.add(init).add(next);
  for (const { value, at } of unit.scan.rows) tensorsOf(at, reads.add(value));
  for (const inner of unit.body) for (const tensor of readsOf(inner)) reads.add(tensor);
  return reads;
}

/** Whether a store is of what is there already. */
export function isThere(tensor: Tensor, target: Store["target"], batch: number): boolean {
  if (tensor.kind !== "source") return false;
  const { source } = tensor;
  const sameStrides = stridesOf(source.shape, batch)[0] === stridesOf(target.shape, batch)[0];
  return (
    source.arena === target.arena &&
    source.offset === target.offset &&
    (source.shape[0] === target.shape[0] ? sameStrides : false) &&
    sizeOf(source.shape, batch) === sizeOf(target.shape, batch)
  );
}
