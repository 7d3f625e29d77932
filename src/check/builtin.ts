/** @file What a built-in function is: a tensor primitive, not a layer. */
import type { Span } from "../base/source.js";
import type { Context } from "./context.js";
import type { Value } from "./values.js";

export interface BuiltinCall {
  readonly values: readonly Value[];
  readonly settings: ReadonlyMap<string, Value>;
  readonly span: Span;
}
export interface Builtin {
  readonly kind: "builtin";
  readonly name: string;
  /** For hover and messages: `pad(x, amounts, value: 0)`. */
  readonly signature: string;
  readonly documentation: string;
  /** Least and greatest number of values by position. */
  readonly values: readonly [number, number];
  /** Settings, given by name. */
  readonly settings: readonly string[];
  readonly elaborate: (c: Context, call: BuiltinCall) => Value;
}

/** One row of the table; the name, values and settings are read off the signature, so that they cannot disagree. */
export function builtin(
  signature: string,
  documentation: string,
  elaborate: (c: Context, call: BuiltinCall) => Value,
): Builtin {
  const open = signature.indexOf("(");
  const inside = signature.slice(open + 1, signature.lastIndexOf(")"));
  const parts = inside === "" ? [] : inside.split(/,\s*(?![^[]*\])/);
  const values = parts.filter((part) => !part.includes(":"));
  const settings = parts.flatMap((part) => (part.includes(":") ? [part.slice(0, part.indexOf(":")).trim()] : []));
  const required = values.filter((part) => !part.endsWith("?")).length;
  return {
    kind: "builtin",
    name: signature.slice(0, open),
    signature,
    documentation,
    values: [required, values.length],
    settings,
    elaborate,
  };
}
