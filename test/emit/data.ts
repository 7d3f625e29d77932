/** @file Examples for the tiny model, and errors as values. */
import type { TinyNet } from "./module.js";

/** `n` points of a fixed pattern; `kind` is 1 where the features add up to more than 1. */
export function points(n: number) {
  const x = Float32Array.from({ length: 2 * n }, (_, k) => ((k * 37) % 101) / 101);
  const kind = Int32Array.from({ length: n }, (_, row) => (x[2 * row]! + x[2 * row + 1]! > 1 ? 1 : 0));
  return { x, kind };
}

export function thrown(action: () => unknown): Record<string, unknown> {
  try {
    action();
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error("nothing was thrown");
}

/** Everything that training depends on, without the file's header. */
export function stateOf(net: Pick<TinyNet, "save">): string {
  return Buffer.from(net.save()).toString("latin1");
}
