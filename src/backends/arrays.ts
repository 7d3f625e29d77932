/** @file What every back end agrees on: what the arrays hold, and which run-time scalars a kernel takes. */
import type { ArrayName } from "../ir/kernel.js";

export interface ScalarParameter {
  readonly name: "step" | "key";
  /** For `key`: the hash of the draw site's path. */
  readonly site: number;
}

export function elementType(array: ArrayName): "f32" | "i32" | "f64" {
  if (array === "classes" || array === "decisions" || array === "integers") return "i32";
  return array === "totals" || array === "sums" || array === "metrics" ? "f64" : "f32";
}
