/** @file `scan i in t with h = .. { .. }`: a loop that carries values, and the rows it writes. */
import { topological } from "../ir/traverse.js";
import type { Expr, Row, Source, Tensor } from "../ir/types.js";
import { subtract, add, where } from "../ops/index.js";
import type { LetStatement, ParamStatement, ScanStatement } from "../syntax/ast.js";
import type { Context, ScanState } from "./context.js";
import { nameRules } from "./diagnostics/names.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { constantCondition } from "./expressions.js";
import { elaborateIndexed } from "./index-notation.js";
import { anyTensor, numericTensor } from "./operators.js";
import { Scope } from "./scope.js";
import { alignedAt, array, elementAt, f32, itemAt, origin, scalar, toF32, toIndex, tooLarge } from "./tensors.js";
import { errorValue, isWhole, type Label, type OwnAxis, type TensorValue, type Value, valueText } from "./values.js";

interface ScanRange {
  readonly from: number;
  readonly count: number;
  /** Size of the axis that rows are written along. */
  readonly extent: number;
  readonly reversed: boolean;
  readonly label: Label | undefined;
}
interface Carried {
  readonly name: string;
  readonly axes: readonly OwnAxis[];
  readonly element: TensorValue["element"];
  readonly init: Tensor;
  /** In prediction, where its last value is kept for the next call. */
  readonly kept: { readonly source: Source; readonly start: Tensor } | undefined;
}

export function elaborateScan(c: Context, statement: ScanStatement): void {
  const range = rangeOf(c, statement);
  const ambient = c.perExample ? [c.run.batchAxis, ...c.indices] : [...c.indices];
  const carried: Carried[] = [];
  let failed = range === undefined;
  for (const item of statement.carried) {
    const kept =
      item.kept && item.when ? constantCondition(c, item.when.condition, "the condition of `kept`") : item.kept;
    const value = c.evaluate(item.value);
    const start = value.kind === "error" ? undefined : carriedInit(c, item.name.text, value, ambient, item);
    const init = start && kept ? keep(c, start, ambient, item) : start;
    if (init) carried.push(init);
    else failed = true;
  }
  if (failed || !range) {
    // Names that the loop would define are known, so that their uses are not reported too.
    for (const item of statement.carried) c.scope.bind(item.name.text, errorValue);
    for (const inner of statement.body.statements)
      if (inner.kind === "let" && inner.target.kind === "name") c.scope.bind(inner.target.name.text, errorValue);
    return;
  }

  const rows: ScanState["rows"] = [];
  const leafValue = (tensor: Tensor, { axes, element }: Carried): TensorValue =>
    axes.length > 0
      ? array(tensor, ambient, axes, element)
      : scalar(
          c.graph.read(
            tensor,
            ambient.map((axis) => c.graph.index(axis)),
          ),
          element,
        );
  const results = c.graph.scan(
    range.count,
    carried.map(({ init }) => init),
    (iteration, leaves) => {
      const axis = iteration.kind === "index" ? iteration.axis : undefined;
      if (axis) c.run.scanAxes.add(axis);
      const at = indexAt(c, iteration, range);
      const items = range.label?.items;
      if (axis) c.run.padding.visit(axis, at, items);
      const scope = new Scope(c.scope);
      scope.bind(statement.index.text, scalar(at), c.location(statement.index.span));
      carried.forEach((item, k) => {
        const leaf = leaves[k]!;
        if (item.element.kind === "class") c.run.bounds.set(leaf, { low: 0, high: item.element.size - 1 });
        scope.bind(item.name, leafValue(leaf, item), undefined, "carried");
      });
      const state: ScanState = {
        indexName: statement.index.text,
        at,
        extent: range.extent,
        label: range.label,
        ambient,
        rows,
      };
      const inner = c.with({ scope, scan: state, iterations: axis ? [...c.iterations, axis] : c.iterations });
      const returned = c.run.language.execute(inner, statement.body.statements);
      if (returned) c.report(wordRules.notHere, statement.span, { what: "`return`", where: "a scan" });
      const next = carried.map((item, k) => {
        const value = scope.names.get(item.name)!.value;
        return value.kind === "tensor"
          ? spread(c, value, item, ambient, statement, leaves[k]!, items?.holds(at))
          : leaves[k]!;
      });
      return { next, rows: rows.map(({ row }) => row) };
    },
    origin(c, statement.span),
  );
  carried.forEach((item, k) => {
    const tensor = results.carries[k]!;
    if (item.kept) c.run.kept.push({ ...item.kept, next: tensor });
    if (item.element.kind === "class") c.run.bounds.set(tensor, { low: 0, high: item.element.size - 1 });
    c.scope.bind(item.name, leafValue(tensor, item), c.location(statement.carried[k]!.name.span));
  });
  rows.forEach(({ name, axes, value }, k) => {
    const tensor = results.rows[k]!;
    if (value.element.kind === "class") c.run.bounds.set(tensor, { low: 0, high: value.element.size - 1 });
    c.run.padding.remember(tensor, ambient, axes);
    c.scope.bind(name, array(tensor, ambient, axes, value.element), undefined);
  });
}

function rangeOf(c: Context, statement: ScanStatement): ScanRange | undefined {
  const value = c.evaluate(statement.range);
  const { span } = statement.range;
  if (value.kind === "error") return undefined;
  if (value.kind === "number") {
    if (isWhole(value.value) && value.value >= 1)
      return { from: 0, count: value.value, extent: value.value, reversed: false, label: value.label };
    c.report(shapeRules.notWhole, span, { what: "the length of a scan", value: value.value });
    return undefined;
  }
  if (value.kind === "range") {
    const count = value.to - value.from;
    if (isWhole(value.from) && isWhole(value.to) && count >= 1 && value.from >= 0)
      return { from: value.from, count, extent: value.to, reversed: value.reversed, label: value.label };
    c.report(shapeRules.notWhole, span, { what: "the length of a scan", value: count });
    return undefined;
  }
  c.report(wordRules.notConstant, span, { what: "the range of a scan", actual: valueText(value) });
  return undefined;
}
/** The index of an iteration. */
function indexAt(c: Context, iteration: Expr, { from, count, reversed }: ScanRange): Expr {
  if (reversed) return c.graph.apply(subtract, c.graph.constant(from + count - 1, "i32"), iteration);
  return from === 0 ? iteration : c.graph.apply(add, iteration, c.graph.constant(from, "i32"));
}

/** A carried value's start over all ambient indices. */
function carriedInit(
  c: Context,
  name: string,
  value: Value,
  ambient: ScanState["ambient"],
  item: ScanStatement["carried"][number],
): Carried | undefined {
  const tensor = anyTensor(c, value, "scan", item.value.span);
  if (!tensor) return undefined;
  const axes = tensor.axes;
  if (tooLarge(c, ambient, axes, item.value.span)) return undefined;
  const own = axes.map(({ size }) => c.graph.axis(size));
  const at = elementAt(
    c,
    tensor,
    own.map((axis) => c.graph.index(axis)),
  );
  const whole = tensor.element.kind !== "f32";
  const expr = whole ? toIndex(c, at) : toF32(c, at);
  const init = c.graph.compute([...ambient, ...own], expr, origin(c, item.value.span));
  const element = tensor.element.kind === "bool" ? ({ kind: "bool" } as const) : whole ? tensor.element : f32;
  return { name, axes, element, init, kept: undefined };
}
/** The same, from where the last prediction ended; training and evaluation begin at the start. */
function keep(
  c: Context,
  carried: Carried,
  ambient: ScanState["ambient"],
  item: ScanStatement["carried"][number],
): Carried | undefined {
  const { name, axes, element, init: start } = carried;
  const wrong = (what: string, where: string): undefined => {
    c.report(wordRules.notHere, item.span, { what, where });
  };
  if (!c.perExample || c.iterations.length > 0)
    return wrong("`kept`", c.perExample ? "a scan inside a scan" : "a shared value");
  if (element.kind !== "f32") return wrong("a whole number", "what is kept between predictions: f32 only");
  const reads = topological([start]).flatMap((tensor) => (tensor.kind === "source" ? [tensor.source.arena] : []));
  if (reads.includes("inputs") || reads.includes("classes"))
    return wrong("a start that depends on inputs", "what is kept between predictions: `reset` has no inputs");
  // Prediction is another function than training, although no text asked which.
  c.run.readsTraining = true;
  if (c.run.mode !== "predict") return carried;
  const source = c.run.registry.arenas.memories.take(c.frame.join(name), start.shape, c.run.batch);
  const memory = c.graph.source(source, origin(c, item.span));
  const own = axes.map(({ size }) => c.graph.axis(size));
  const body = c.graph.at(memory, [...ambient, ...own]);
  return { ...carried, init: c.graph.compute([...ambient, ...own], body, start.origin), kept: { source, start } };
}
/** A carried value's next value over all ambient indices; in padding the value that it had. */
function spread(
  c: Context,
  value: TensorValue,
  item: Carried,
  ambient: ScanState["ambient"],
  statement: ScanStatement,
  before: Tensor,
  holds: Expr | undefined,
): Tensor {
  const own = item.axes.map(({ size }) => c.graph.axis(size));
  const at = elementAt(
    c,
    value,
    alignedAt(
      c,
      value.axes,
      own.map((axis) => c.graph.index(axis)),
    ),
  );
  const next = item.element.kind === "f32" ? toF32(c, at) : toIndex(c, at);
  const axes = [...ambient, ...own];
  const expr = holds ? c.graph.apply(where, holds, next, c.graph.at(before, axes)) : next;
  return c.graph.compute(axes, expr, origin(c, statement.span));
}

/** `let all[i] = h` with the scan's own index: a row. False if the left side is ordinary index notation. */
export function writeRow(
  c: Context,
  scan: ScanState,
  statement: LetStatement,
  name: string,
  indices: NonNullable<ParamStatement["indices"]>,
): boolean {
  const place = indices.findIndex(
    (item) => item.kind === "index" && item.value.kind === "name" && item.value.name === scan.indexName,
  );
  if (place < 0) return false;
  const others = indices.filter((_, k) => k !== place);
  const value =
    others.length > 0 ? elaborateIndexed(c.with({ scan: undefined }), statement, others) : c.evaluate(statement.value);
  const bind = (bound: Value): void => c.scope.bind(name, bound, c.location(statement.span));
  if (value.kind === "error") {
    bind(errorValue);
    return true;
  }
  if (scan.rows.some((row) => row.name === name)) {
    c.report(nameRules.duplicateName, statement.target.span, { name });
    return true;
  }
  const tensor = value.kind === "tensor" ? value : numericTensor(c, value, "scan", statement.span);
  if (!tensor) {
    bind(errorValue);
    return true;
  }
  const position = Math.min(place, tensor.axes.length);
  const axes = [
    ...tensor.axes.slice(0, position),
    { size: scan.extent, label: scan.label },
    ...tensor.axes.slice(position),
  ];
  if (tooLarge(c, scan.ambient, axes, statement.span)) {
    bind(errorValue);
    return true;
  }
  const own = tensor.axes.map(({ size }) => c.graph.axis(size));
  const at = itemAt(
    c,
    tensor,
    own.map((axis) => c.graph.index(axis)),
  );
  const items = scan.label?.items;
  const item = tensor.element.kind === "f32" ? toF32(c, at) : toIndex(c, at);
  const expr = c.run.padding.within(c.run.padding.guarded(item, items ? [{ items, at: scan.at }] : []), own);
  const row: Row = {
    value: c.graph.compute([...scan.ambient, ...own], expr, origin(c, statement.span)),
    at: scan.at,
    extent: scan.extent,
    position: scan.ambient.length + position,
  };
  scan.rows.push({ name, row, axes, value: tensor });
  return true;
}
