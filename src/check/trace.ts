/** @file What elaboration saw at places of the user's text: values after steps and of names, for hints and hovers. */
import type { Location } from "../base/source.js";
import type { WordKind } from "../syntax/ast.js";
import type { Caller } from "./context.js";
import { type OwnAxis, type Value, valueText } from "./values.js";

export interface Applied {
  /** The word with its settings in a stage, else the whole call. */
  readonly location: Location;
  readonly word: string;
  readonly kind: WordKind;
  readonly isStage: boolean;
  /** As people read them: `[28, 28, 1]`, `class[10]`; inside a word with the names of its sizes, `[t, 64]`. */
  readonly before: readonly string[];
  readonly after: string;
}
export interface Bound {
  readonly location: Location;
  readonly text: string;
}

/** Values of names and steps by place; where a word's text was expanded with different shapes, `?` for what differs. */
export class Trace {
  readonly #applied = new Map<
    string,
    { readonly applied: Applied; readonly values: readonly Value[]; readonly result: Value }
  >();
  readonly #bound = new Map<string, { readonly location: Location; readonly value: Value; readonly text: string }>();

  get applied(): readonly Applied[] {
    return [...this.#applied.values()].map(({ applied }) => applied);
  }
  get bound(): readonly Bound[] {
    return [...this.#bound.values()].map(({ location, text }) => ({ location, text }));
  }

  apply(
    caller: Caller | undefined,
    place: Pick<Applied, "location" | "word" | "kind" | "isStage">,
    values: readonly Value[],
    result: Value,
  ): void {
    if (result.kind === "error") return;
    const key = keyOf(place.location);
    // At the level of the model a place is applied again only by a repetition: the last value is what follows.
    const known = caller && this.#applied.get(key);
    const applied: Applied = {
      ...place,
      before: values.map((value, k) => common(known?.applied.before[k], known?.values[k], value)),
      after: common(known?.applied.after, known?.result, result),
    };
    this.#applied.set(key, { applied, values, result });
  }
  bind(caller: Caller | undefined, location: Location, value: Value): void {
    if (value.kind === "error") return;
    const key = keyOf(location);
    const known = caller && this.#bound.get(key);
    this.#bound.set(key, { location, value, text: common(known?.text, known?.value, value) });
  }
}

const keyOf = ({ file, span }: Location): string => `${file.name}:${span.start}:${span.end}`;

/** The text of a value, of which another was seen at the place before, with its text. */
function common(text: string | undefined, before: Value | undefined, value: Value): string {
  const own = describe(value);
  if (text === undefined || before === undefined || text === own) return own;
  if (before.kind !== "tensor" || value.kind !== "tensor" || before.axes.length !== value.axes.length) return "?";
  const earlier = axisTexts(text);
  const names = value.axes.map(axisText);
  if (earlier?.length !== names.length) return "?";
  return `${prefix(value)}[${names.map((name, k) => (name === earlier[k] ? name : "?")).join(", ")}]`;
}
const axisTexts = (text: string): readonly string[] | undefined => /\[([^[\]]*)\]$/.exec(text)?.[1]?.split(", ");

/** A size that the word's signature names goes by its name. */
const axisText = ({ size, label }: OwnAxis): string => label?.name ?? String(size);
const prefix = (value: Value & { kind: "tensor" }): string => {
  const { element } = value;
  if (element.kind === "f32") return "";
  return element.kind === "class" ? `class[${element.size}]` : element.kind;
};
function describe(value: Value): string {
  if (value.kind === "number" && value.label) return `${value.label.name} = ${value.value}`;
  if (value.kind !== "tensor" || value.axes.length === 0) return valueText(value);
  return `${prefix(value)}[${value.axes.map(axisText).join(", ")}]`;
}
