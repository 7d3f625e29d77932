/** @file `augment image: recipe` in a `data` block: the input as it comes to the model, `image -> augment(recipe)`. */
import type { Call, ConfigurationEntry, ConfigurationItem } from "../syntax/ast.js";
import type { Context } from "./context.js";
import { dataRules } from "./diagnostics/data.js";
import { shapeRules } from "./diagnostics/shapes.js";
import { sameAxes, shapeText, type TensorValue, type Value, valueText } from "./values.js";

/** By input, the entry and the word with its recipe: the key itself is the word, found like any other. */
export type Augmentations = ReadonlyMap<string, { readonly entry: ConfigurationEntry; readonly word: Call }>;

export const isAugmentation = ({ key, name }: ConfigurationEntry): boolean =>
  key.text === "augment" && name !== undefined;

export function augmentations(
  c: Context,
  item: ConfigurationItem | undefined,
  inputs: readonly string[],
): Augmentations {
  const found = new Map<string, { readonly entry: ConfigurationEntry; readonly word: Call }>();
  for (const entry of item?.entries.filter(isAugmentation) ?? []) {
    const { key, value, span } = entry;
    const name = entry.name!;
    if (!inputs.includes(name.text)) {
      const expected = `the name of an input (${inputs.join(", ")})`;
      c.report(dataRules.badEntry, name.span, { key: key.text, expected, actual: `\`${name.text}\`` });
    } else if (found.has(name.text)) c.report(dataRules.boundTwice, name.span, { port: name.text, part: undefined });
    else {
      const callee = { kind: "name", name: key.text, span: key.span } as const;
      const recipe = { name: undefined, value, span: value.span };
      const word: Call = { kind: "call", callee, arguments: [recipe], argumentsSpan: value.span, span };
      found.set(name.text, { entry, word });
    }
  }
  return found;
}

/** The input as this elaboration sees it. It is no step of the model, and messages about shapes begin at the port. */
export function augmented(
  c: Context,
  port: TensorValue,
  { entry, word }: NonNullable<ReturnType<Augmentations["get"]>>,
): Value {
  const { run } = c;
  const { onStep } = run;
  run.onStep = undefined;
  const callable = run.language.callable(c, word, "word");
  const site = { node: entry, variant: "", span: entry.span, name: undefined };
  const value = callable && run.language.apply(c, callable, [port], site);
  run.onStep = onStep;
  if (value?.kind !== "tensor") return { kind: "error" };
  if (sameAxes(value.axes, port.axes)) return { ...value, trail: port.trail };
  const expected = shapeText(port.axes);
  return c.report(shapeRules.result, entry.span, { word: entry.key.text, expected, actual: valueText(value) });
}
