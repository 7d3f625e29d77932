/** @file What the parts of a kernel's translation share. */
import type { ArrayName } from "../../ir/kernel.js";
import type { ScalarParameter } from "../arrays.js";
import type { Scope } from "./bindings.js";
import type { WasmFunction } from "./encode.js";
import type { FunctionBuilder, Local } from "./function.js";

/** Functions that kernels call, each made when first wanted; the result is its index. */
export type Helper = (name: string, make: () => WasmFunction) => number;

/** Imported globals, in this order. */
export const globals = { part: 0, parts: 1, sleeps: 2 } as const;

/** Where everything is in memory. */
export interface WasmLayout {
  /** Byte address of each array. */
  readonly bases: Readonly<Partial<Record<ArrayName, number>>>;
  /** Byte address of the barrier's words. */
  readonly barrier: number;
  /** Total bytes (not rounded to pages). */
  readonly bytes: number;
}

export interface KernelContext {
  readonly builder: FunctionBuilder;
  readonly layout: WasmLayout;
  readonly helper: Helper;
  readonly scalar: (scalar: ScalarParameter) => Local;
  /** Names at the statement being translated. */
  scope: Scope;
}
