/** @file What the match of a signature has found so far, and how it tells what does not fit. */
import type { Span } from "../base/source.js";
import type { Extra } from "../diagnostics/diagnostic.js";
import type { Parameter } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { wordRules } from "./diagnostics/words.js";
import { flattenFix, numberFix } from "./flatten-fix.js";
import { described, trailOf } from "./operators.js";
import type { Word } from "./scope.js";
import { signed } from "./word-page.js";
import { type Label, type OwnAxis, sizeOfAxes, type TensorValue, type Value, valueText } from "./values.js";

export interface Match {
  /** In the word's scope: settings, sizes and values are bound here. */
  readonly inner: Context;
  readonly word: string;
  readonly span: Span;
  /** Sizes named in the signature: label, and who gave the size. */
  readonly sizes: Map<
    string,
    { readonly label: Label; readonly size: number; readonly by: string; readonly value: Value }
  >;
  /** Labels made here: what the caller calls them. */
  readonly labels: Map<Label, Label | undefined>;
  row: { readonly axes: readonly OwnAxis[]; readonly by: string; readonly value: Value } | undefined;
}

const tensors = (values: readonly (Value | undefined)[]): TensorValue[] =>
  values.filter((value) => value?.kind === "tensor");
const textOf = (value: Value): string => (value.kind === "tensor" ? described(value) : valueText(value));
const withFix = (fix: Extra["fix"]): Extra => (fix ? { fix } : {});

export function wrongType(c: Context, m: Match, parameter: Parameter, expected: string, value: Value): undefined {
  if (value.kind === "error") return;
  const what = `\`${parameter.name.text}\` of \`${m.word}\``;
  const word = m.inner.caller?.word;
  const problem = { what, expected, actual: valueText(value) };
  c.report(wordRules.type, m.span, problem, { ...signed(word), ...meantAsValue(word, parameter, value) });
}
/** A tensor as a setting: in a stage it may stand where only settings do. */
function meantAsValue(word: Word | undefined, parameter: Parameter, value: Value): Extra {
  const { settings, values } = word?.declaration ?? {};
  const further = values?.parameters[1];
  if (!word || !further || value.kind !== "tensor" || !settings?.parameters.includes(parameter)) return {};
  const example = `\`-> ${word.name}(..)(${further.name.text})\``;
  return { help: `in a stage the first parentheses hold settings, further values have their own: ${example}` };
}

/** The number of axes, or what an element is. */
export function wrongShape(
  c: Context,
  m: Match,
  parameter: Parameter,
  expected: string,
  given: Value,
  value: TensorValue,
  tooMany = false,
): undefined {
  const fix = tooMany && value.trail ? flattenFix(c, value.trail)?.fix : undefined;
  c.report(
    shapeRules.signature,
    m.span,
    {
      word: m.word,
      parameter: `\`${parameter.name.text}\``,
      expected,
      actual: valueText(given),
      from: value.trail ? ` from \`${value.trail.name}\`` : "",
    },
    { related: trailOf(value), ...signed(m.inner.caller?.word), ...withFix(fix) },
  );
}

/** `...` stands for other axes than in the value before. */
export function wrongRow(
  c: Context,
  m: Match,
  parameter: Parameter,
  row: readonly OwnAxis[],
  value: TensorValue,
  given: Value,
): undefined {
  const { axes, by, value: first } = m.row!;
  if (first.kind === "tensor" && row.length < axes.length) {
    const target = value.trail ? `\`${value.trail.name}\`` : `\`${parameter.name.text}\``;
    const flatten = first.trail && flattenFix(c, first.trail);
    const single = sizeOfAxes(axes) === sizeOfAxes(row) && first.trail ? numberFix(c, first.trail, row) : undefined;
    const help =
      single?.help ?? (flatten ? `insert \`-> ${flatten.word}\` before \`${flatten.step.name}\`` : undefined);
    const cause =
      flatten?.step.before && !single
        ? `; \`${flatten.step.name}\` works on the last axis of ${flatten.step.before.text} from \`${flatten.step.before.name}\``
        : "";
    c.report(
      shapeRules.manyAxes,
      m.span,
      { word: m.word, actual: textOf(first), target, expected: valueText(given), cause },
      {
        related: trailOf(tensors([first])),
        ...signed(m.inner.caller?.word),
        ...(help ? { help } : {}),
        ...withFix(single?.fix ?? flatten?.fix),
      },
    );
    return;
  }
  c.report(
    shapeRules.align,
    m.span,
    {
      left: textOf(first),
      right: textOf(given),
      operation: m.word,
      why: `: \`...\` stands for the same axes in \`${by}\` and \`${parameter.name.text}\``,
    },
    { related: trailOf(tensors([first, value])), ...signed(m.inner.caller?.word) },
  );
}

/** A named size that comes out twice, differently. */
export function wrongSize(
  c: Context,
  m: Match,
  name: string,
  first: number,
  by: string,
  second: number,
  parameter: Parameter,
  given: Value,
  before?: Value,
): void {
  const firstText = before ? `${by} (${textOf(before)})` : by;
  const where = `: ${first} by ${firstText}, ${second} by \`${parameter.name.text}\` (${textOf(given)})`;
  c.report(
    shapeRules.size,
    m.span,
    { word: m.word, name, first, second, where },
    { related: trailOf(tensors([before, given])), ...signed(m.inner.caller?.word) },
  );
}
