/** @file `over:` as axes: positions, sizes named in the signature, `...`, `batch` and `data`. */
import type { Span } from "../base/source.js";
import type { Context } from "./context.js";
import { modelRules } from "./diagnostics/model.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { type TensorValue, type Value, valueText } from "./values.js";

export interface Over {
  /** Positions of own axes, ascending. */
  readonly axes: readonly number[];
  readonly batch: boolean;
  /** Over all examples of the training set. */
  readonly data: boolean;
}

/** The axes that a reduction takes; all own axes by default. Undefined after a message. Few `surveys` take the training set. */
export function axesOver(
  c: Context,
  tensor: TensorValue,
  over: Value | undefined,
  span: Span,
  surveys = false,
): Over | undefined {
  const rank = tensor.axes.length;
  const all = tensor.axes.map((_, k) => k);
  if (!over) return { axes: all, batch: false, data: false };
  const items = over.kind === "list" ? over.items : [over];
  const axes = new Set<number>();
  let batch = false;
  let data = false;
  for (const item of items) {
    switch (item.kind) {
      case "error":
        return undefined;
      case "rest": {
        // The row of the signature stands in front; without one, every axis that is not named.
        const row = c.row ? Math.min(c.row.length, rank) : undefined;
        const named = new Set(items.flatMap((other) => (other.kind === "number" ? positionsOf(tensor, other) : [])));
        for (const k of all) if (row === undefined ? !named.has(k) : k < row) axes.add(k);
        break;
      }
      case "marker":
        if (item.name === "data") {
          if (!surveys || !c.run.survey) {
            c.report(modelRules.dataOutside, span, {});
            return undefined;
          }
          data = true;
          break;
        }
        if (item.name === "parameters") {
          c.report(shapeRules.axis, span, { axis: "`parameters`", value: valueText(tensor) });
          return undefined;
        }
        batch = true;
        break;
      case "number": {
        const positions = positionsOf(tensor, item);
        if (positions.length === 0) {
          c.report(shapeRules.axis, span, {
            axis: item.label ? `\`${item.label.name}\`` : String(item.value),
            value: valueText(tensor),
          });
          return undefined;
        }
        for (const k of positions) axes.add(k);
        break;
      }
      default:
        c.report(wordRules.type, span, { what: "`over`", expected: "axes", actual: valueText(item) });
        return undefined;
    }
  }
  return { axes: [...axes].sort((a, b) => a - b), batch, data };
}
/** Positions of a label, or one position counted from either end. */
function positionsOf(tensor: TensorValue, item: Value & { kind: "number" }): number[] {
  if (item.label) {
    const named = tensor.axes.flatMap(({ label }, k) => (label === item.label ? [k] : []));
    return named;
  }
  const k = item.value < 0 ? tensor.axes.length + item.value : item.value;
  return Number.isInteger(k) && k >= 0 && k < tensor.axes.length ? [k] : [];
}
