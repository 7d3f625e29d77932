/** @file Inputs and targets: their types, their places in memory, their values for one example. */
import type { Expr, Source } from "../ir/types.js";
import { less } from "../ops/index.js";
import type { Expression, PortItem, Shape, TypeExpression } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { modelRules } from "./diagnostics/model.js";
import { nameRules } from "./diagnostics/names.js";
import { sequenceRules } from "./diagnostics/sequences.js";
import type { ElementType, Port } from "./model.js";
import { asSize } from "./sizes.js";
import { array, elementAt, fromBody, scalar, tooLarge, unlabelled } from "./tensors.js";
import { type Label, type TensorValue, type Trail, valueText } from "./values.js";

/** Rows of the file that `class[from ".."]` names. */
export type ReadText = (path: string, from: Context["file"]) => string | undefined;

interface PortType {
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** Name of the first axis, if it is a sequence's. */
  readonly dimension: string | undefined;
}

/** The type of a port; undefined after a message. */
export function portType(c: Context, name: string, type: TypeExpression, readText: ReadText): PortType | undefined {
  const wrong = (): undefined => {
    c.report(modelRules.portType, type.span, {
      name,
      actual: c.file.source.text.slice(type.span.start, type.span.end),
    });
    return undefined;
  };
  if (type.kind === "options") return wrong();
  if (type.kind === "shape") return shaped(c, name, { kind: "f32" }, type.shape);
  const [first, second] = type.shapes;
  switch (type.name.text) {
    case "f32":
    case "bool":
    case "int":
      if (type.shapes.length > 1) return wrong();
      return first
        ? shaped(c, name, { kind: type.name.text }, first)
        : { element: { kind: type.name.text }, shape: [], dimension: undefined };
    case "class": {
      const element = first && type.shapes.length <= 2 ? classType(c, first, readText) : wrong();
      if (!element) return undefined;
      return second ? shaped(c, name, element, second) : { element, shape: [], dimension: undefined };
    }
    default:
      return wrong();
  }
}
function shaped(c: Context, name: string, element: ElementType, { axes, span }: Shape): PortType | undefined {
  const shape: number[] = [];
  let dimension: string | undefined;
  for (const axis of axes) {
    if (axis.kind === "rest" || axis.kind === "from") {
      c.report(modelRules.portType, axis.span, { name, actual: "`...`" });
      return undefined;
    }
    let extent: Expression = axis;
    if (axis.kind === "binary" && axis.operator === "<=") {
      if (axis.left.kind !== "name" || axis !== axes[0]) {
        const why = axis.left.kind === "name" ? "is not the first axis" : "has no name: write `[t <= 40]`";
        c.report(sequenceRules.dimension, axis.span, { name, why });
        return undefined;
      }
      dimension = axis.left.name;
      extent = axis.right;
    }
    const size = asSize(c, c.evaluate(extent), extent.span);
    if (!size) return undefined;
    shape.push(size.size);
  }
  if (tooLarge(c, [], unlabelled(shape), span)) return undefined;
  return { element, shape, dimension };
}
function classType(c: Context, { axes, span }: Shape, readText: ReadText): ElementType | undefined {
  const [first] = axes;
  if (first?.kind === "from") {
    const text = readText(first.path.value, c.file);
    if (text === undefined) {
      c.report(nameRules.missingFile, first.path.span, { path: first.path.value });
      return undefined;
    }
    const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
    if (lines.at(-1) === "") lines.pop();
    return named(c, lines.map(nameIn), first.span);
  }
  if (first?.kind === "string") {
    const labels = axes.flatMap((axis) => (axis.kind === "string" ? [axis.value] : []));
    if (labels.length === axes.length) return named(c, labels, span);
  }
  if (axes.length !== 1 || !first || first.kind === "rest") {
    c.report(modelRules.portType, span, { name: "a class", actual: c.file.source.text.slice(span.start, span.end) });
    return undefined;
  }
  const size = asSize(c, c.evaluate(first), first.span);
  return size && { kind: "class", size: size.size, labels: undefined };
}
/** A line may name a line's end, too: `\n`, `\t` and `\\` are as in a text in quotes. */
function nameIn(line: string): string {
  const meanings: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\" };
  return line.replace(/\\([nt\\])/g, (_, letter: string) => meanings[letter]!);
}
function named(c: Context, labels: readonly string[], span: Shape["span"]): ElementType | undefined {
  if (labels.length === 0) {
    c.report(modelRules.portType, span, { name: "a class", actual: "no names at all" });
    return undefined;
  }
  const twice = labels.find((label, k) => labels.indexOf(label) !== k);
  if (twice !== undefined) {
    c.report(nameRules.duplicateName, span, { name: twice });
    return undefined;
  }
  return { kind: "class", size: labels.length, labels };
}

/** The dimension of a name, made where it is met first; ports that share it have one length. */
function sequenceLabel(c: Context, port: string, name: string, longest: number, span: Shape["span"]): Label {
  const { sequences, arenas } = c.run.registry;
  const known = sequences.get(name);
  const before = known?.items?.sequence?.longest;
  if (before !== undefined && before !== longest)
    c.report(sequenceRules.dimension, span, {
      name: port,
      why: `has at most ${longest} items, but that of \`${name}\` before ${before}`,
    });
  if (known && before === longest) return known;
  const { graph, batchAxis, bounds } = c.run;
  const place = arenas.classes.take(`length of ${name}`, ["batch"], c.run.batch);
  const lengths: Source = { ...place, limit: longest + 1 };
  const tensor = graph.source(lengths, { location: undefined, label: lengths.name });
  bounds.set(tensor, { low: 1, high: longest });
  const count = graph.read(tensor, [graph.index(batchAxis)]);
  const holds = (at: Expr): Expr => graph.apply(less, at, count);
  const label: Label = { name, items: { holds, count, sequence: { name, longest, lengths } } };
  sequences.set(name, label);
  return label;
}

/** The port's memory and its value. */
export function makePort(
  c: Context,
  item: PortItem,
  { element, shape, dimension }: PortType,
): { readonly port: Port; readonly value: TensorValue } {
  const name = item.name.text;
  const location = c.location(item.name.span);
  const { arenas } = c.run.registry;
  const label = dimension === undefined ? undefined : sequenceLabel(c, name, dimension, shape[0]!, item.type.span);
  const arena = element.kind === "f32" ? arenas.inputs : arenas.classes;
  const place = arena.take(name, ["batch", ...shape], c.run.batch);
  const source = element.kind === "class" ? { ...place, limit: element.size } : place;
  const tensor = c.graph.source(source, { location, label: name });
  if (element.kind === "class") c.run.bounds.set(tensor, { low: 0, high: element.size - 1 });
  if (element.kind === "bool") c.run.bounds.set(tensor, { low: 0, high: 1 });
  const axes = unlabelled(shape).map((axis, k) => (k === 0 && label ? { ...axis, label } : axis));
  const given: TensorValue =
    axes.length > 0
      ? array(tensor, [c.run.batchAxis], axes, element)
      : scalar(c.graph.read(tensor, [c.graph.index(c.run.batchAxis)]), element);
  // In the padding of memory there may be anything.
  const clean = label && fromBody(c, axes, (at) => elementAt(c, given, at), item.name.span, element);
  const bare = clean?.kind === "tensor" ? clean : given;
  const trail: Trail = {
    name,
    step: name,
    location,
    axes,
    text: valueText(bare),
    before: undefined,
    anyRank: false,
    mixing: false,
    stage: undefined,
  };
  return {
    port: {
      name,
      element,
      shape,
      sequence: label?.items?.sequence,
      source,
      documentation: item.documentation,
      location,
    },
    value: { ...bare, trail },
  };
}
