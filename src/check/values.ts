/** @file The values of elaboration: exact constants, recipes and instances of words, and tensors being built. */
import type { Location } from "../base/source.js";
import type { Axis, Expr, Tensor } from "../ir/types.js";
import type { Stage } from "../syntax/ast.js";
import type { Builtin } from "./builtin.js";
import type { ElementType } from "./model.js";
import type { Frame } from "./frame.js";
import type { Items } from "./items.js";
import type { Word } from "./scope.js";

/** The identity of a named dimension: axes with different labels never align. */
export interface Label {
  readonly name: string;
  /** Of a sequence with padding: each example has its own. A size named in a signature has them if one of its axes does. */
  items?: Items | undefined;
}
/** One axis of one example. */
export interface OwnAxis {
  readonly size: number;
  readonly label: Label | undefined;
}

/** How a value came about, step by step: what shape messages show. */
export interface Trail {
  /** The step's word, or the name of the port. */
  readonly name: string;
  /** As the summary calls it: `dense_2`. */
  readonly step: string;
  readonly location: Location;
  readonly axes: readonly OwnAxis[];
  /** What the value is: `[28, 28, 1]`, `class[10]`. */
  readonly text: string;
  readonly before: Trail | undefined;
  /** Works on the last axes of any shape, and owns parameters: where a forgotten `flatten` belongs before. */
  readonly mixing: boolean;
  /** Takes values of any rank. */
  readonly anyRank: boolean;
  /** The stage in the pipe, where it is one. */
  readonly stage: Stage | undefined;
}

/**
 * A tensor of one example. Rank 0 is a scalar expression, whose free index variables say what it depends on. Higher ranks are a
 * tensor of the graph, whose leading axes stand for the `ambient` index variables (the batch first), followed by the own axes.
 */
export interface TensorValue {
  readonly kind: "tensor";
  readonly element: ElementType;
  readonly axes: readonly OwnAxis[];
  readonly data:
    | { readonly kind: "scalar"; readonly expr: Expr }
    | { readonly kind: "array"; readonly tensor: Tensor; readonly ambient: readonly Axis[] };
  readonly trail?: Trail | undefined;
  /** Of a one-hot: the classes it shows along its last axis. */
  readonly classes?: TensorValue | undefined;
}

export interface NumberValue {
  readonly kind: "number";
  readonly value: number;
  /** Of a size named in a signature. */
  readonly label?: Label | undefined;
}
export interface BoolValue {
  readonly kind: "bool";
  readonly value: boolean;
}
export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
}
/** `from..to`, or its indices backwards. */
export interface RangeValue {
  readonly kind: "range";
  readonly from: number;
  readonly to: number;
  readonly reversed: boolean;
  /** Of the size at its end. */
  readonly label?: Label | undefined;
}
/** `lstm(64)`: a word with settings, not yet applied. */
export interface RecipeValue {
  readonly kind: "recipe";
  readonly word: Word | Builtin;
  readonly settings: ReadonlyMap<string, Value>;
  /** Values after the first, given already: `attention(8)(memory)`. */
  readonly values: readonly Value[];
  /** True until parentheses with settings were seen. */
  readonly open: boolean;
}
/** `dense(32) -> relu` where a word is expected. */
export interface ChainValue {
  readonly kind: "chain";
  readonly stages: readonly { readonly recipe: Callable; readonly repeat: number; readonly node: object }[];
}
/** What `use` and `as` name: every application shares the weights. */
export interface InstanceValue {
  readonly kind: "instance";
  readonly recipe: RecipeValue | ChainValue;
  readonly frame: Frame;
}
export type Callable = RecipeValue | ChainValue | InstanceValue;

export type Value =
  | TensorValue
  | NumberValue
  | BoolValue
  | ListValue
  | RangeValue
  | Callable
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "option"; readonly name: string }
  /** `batch`, `data`, `parameters` in `over:`. */
  | { readonly kind: "marker"; readonly name: "batch" | "data" | "parameters" }
  /** `...` in a list. */
  | { readonly kind: "rest" }
  /** Stands for what was already reported; absorbs silently. */
  | { readonly kind: "error" };

export const errorValue: Value = { kind: "error" };
export const number = (value: number, label?: Label): NumberValue => ({ kind: "number", value, label });
export const bool = (value: boolean): BoolValue => ({ kind: "bool", value });
export const list = (items: readonly Value[]): ListValue => ({ kind: "list", items });

export const isWhole = (value: number): boolean => Number.isSafeInteger(value);

export const isCallable = (value: Value | undefined): value is Callable =>
  value?.kind === "recipe" || value?.kind === "chain" || value?.kind === "instance";

/** `[28, 28, 1]`, `[t <= 40, 3]`. */
export const shapeText = (sizes: readonly (number | OwnAxis)[]): string =>
  `[${sizes.map((axis) => (typeof axis === "number" ? axis : axisText(axis))).join(", ")}]`;
const axisText = ({ size, label }: OwnAxis): string => (label?.items ? `${label.name} <= ${size}` : String(size));

function elementText(element: ElementType): string {
  return element.kind === "class" ? `class[${element.size}]` : element.kind;
}
/** `f32[28, 28]`, `class[10]`, `3`, `a list`: a value as messages name it. */
export function valueText(value: Value): string {
  switch (value.kind) {
    case "tensor":
      if (value.element.kind === "class")
        return elementText(value.element) + (value.axes.length > 0 ? shapeText(value.axes) : "");
      if (value.axes.length === 0)
        return { f32: "a number", int: "a whole number", bool: "a truth value" }[value.element.kind];
      return (value.element.kind === "f32" ? "" : value.element.kind) + shapeText(value.axes);
    case "number":
      return String(value.value);
    case "bool":
      return String(value.value);
    case "string":
      return `"${value.value}"`;
    case "list":
      return value.items.length <= 6 ? `[${value.items.map(valueText).join(", ")}]` : `a list of ${value.items.length}`;
    case "range":
      return value.reversed ? `reverse(${value.from}..${value.to})` : `${value.from}..${value.to}`;
    case "option":
      return `\`${value.name}\``;
    case "recipe":
      return `the ${value.word.kind === "builtin" ? "function" : value.word.declaration.word} \`${nameOf(value)}\``;
    case "chain":
      return "a chain of words";
    case "instance":
      return `the instance \`${value.frame.path}\``;
    case "marker":
      return `\`${value.name}\``;
    case "rest":
      return "...";
    case "error":
      return "an error";
  }
}
/** The word that a callable applies, for messages and for naming instances. */
export function nameOf(callable: Callable): string {
  switch (callable.kind) {
    case "recipe":
      return callable.word.name;
    case "chain":
      return callable.stages.length > 0 ? nameOf(callable.stages.at(-1)!.recipe) : "chain";
    case "instance":
      return callable.frame.path;
  }
}

export const sameAxes = (a: readonly OwnAxis[], b: readonly OwnAxis[]): boolean =>
  a.length === b.length && a.every((axis, k) => axis.size === b[k]!.size);

export const sizeOfAxes = (axes: readonly OwnAxis[]): number => axes.reduce((n, axis) => n * axis.size, 1);
