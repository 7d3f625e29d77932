/** @file The option `--relaxed`. */
import type { Target } from "../backends/model.js";
import { hasRelaxed } from "../emit/runtime/relaxed.js";
import { UsageFault } from "./fault.js";
import type { Terminal } from "./terminal.js";

export const relaxedFlag = "--relaxed";
export const relaxedHelp =
  "multiply and add in one instruction where the engine has relaxed SIMD: the last bits of results then depend on the machine";

export function checkRelaxed({ target, relaxed }: { readonly target: Target; readonly relaxed?: true }): void {
  if (relaxed && target !== "wasm") throw new UsageFault("--relaxed needs --target wasm");
}
/** For commands that run the model. */
export function noteExact({ relaxed }: { readonly relaxed?: true }, terminal: Terminal): void {
  if (relaxed && !hasRelaxed()) terminal.note("this engine has no relaxed SIMD, so nothing is relaxed");
}
