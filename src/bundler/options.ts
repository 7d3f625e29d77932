/** @file What users tell the plugin. */
import type { Target } from "../backends/model.js";
import { suggest } from "../base/suggest.js";
import { InputFault } from "../diagnostics/fault.js";

export interface NetcOptions {
  /** What runs the models. Default `wasm`. */
  readonly target?: Target | undefined;
  /** What runs them in engines without WebAssembly or its vectors: `typescript`, or `none`. Default `typescript`. */
  readonly fallback?: "typescript" | "none" | undefined;
  /** How many threads compute in nets that train, 1 .. 64, where `create` is not told. Default 1. */
  readonly threads?: number | undefined;
  /** Sums in their direct order: no forms that round otherwise (Winograd). Default false. */
  readonly exact?: boolean | undefined;
  /** Multiply and add in one instruction where the engine can: the last bits then depend on the machine. Default false. */
  readonly relaxed?: boolean | undefined;
  /** Write `x.d.net.ts` beside `x.net`, for TypeScript. Default true; never below `node_modules`. */
  readonly declarations?: boolean | undefined;
}

const isTruth = (value: unknown) => typeof value === "boolean";
const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown) =>
    values.includes(value);
const rules: Readonly<Record<keyof NetcOptions, readonly [holds: (value: unknown) => boolean, expected: string]>> = {
  target: [isOneOf("wasm", "typescript"), '"wasm" or "typescript"'],
  fallback: [isOneOf("typescript", "none"), '"typescript" or "none"'],
  threads: [(value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 64, "a whole number, 1 .. 64"],
  exact: [isTruth, "true or false"],
  relaxed: [isTruth, "true or false"],
  declarations: [isTruth, "true or false"],
};

/** @throws InputFault, since options come from configuration files that nobody has type-checked. */
export function checkOptions(options: NetcOptions): Required<NetcOptions> {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) {
      const near = suggest(name, Object.keys(rules));
      throw new InputFault(`netc: unknown option ${name}${near === undefined ? "" : `; did you mean ${near}?`}`);
    }
    const [holds, expected] = rules[name as keyof NetcOptions];
    if (value !== undefined && !holds(value))
      throw new InputFault(`netc: option ${name} is ${expected}, not ${JSON.stringify(value)}`);
  }
  const { target, fallback, threads, exact, relaxed, declarations } = options;
  return {
    target: target ?? "wasm",
    fallback: fallback ?? "typescript",
    threads: threads ?? 1,
    exact: exact ?? false,
    relaxed: relaxed ?? false,
    declarations: declarations ?? true,
  };
}
