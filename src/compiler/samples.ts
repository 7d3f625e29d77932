/**
 * @file What is inside a word that no model applies: it is applied to inputs of two sets of sizes, made up after its signature. What both
 * have in common holds whatever the sizes: axes by their names, and numbers that do not depend on them.
 */
import { type Location, SourceFile } from "../base/source.js";
import { checkDeclaration, type DeclarationOptions } from "../check/check.js";
import type { FileScope } from "../check/scope.js";
import { Trace } from "../check/trace.js";
import type { Parameter, TypeExpression, WordDeclaration } from "../syntax/ast.js";
import { parse } from "../syntax/parse.js";
import { inWord, type PlaceFacts } from "./facts.js";

/** Sizes of axes in the order of their names, whole settings, and axes in a row of them: divisible as people's are, no two alike. */
const samples = [
  { sizes: [24, 40, 56, 72, 88, 104], setting: 4, row: "" },
  { sizes: [32, 48, 64, 80, 96, 112], setting: 8, row: "3" },
];

/** Of the places in the word, and in others of the user's that it applies; none where the signature leaves open what it takes. */
export function sampledFacts(
  word: WordDeclaration,
  file: FileScope,
  readText: DeclarationOptions["readText"],
): readonly PlaceFacts[] {
  return samples.flatMap((sample) => {
    const text = applying(word, file.source.text, sample);
    if (text === undefined) return [];
    // Behind all of the file, so that its own places are known from those of the file.
    const end = file.source.text.length;
    const [model] = parse(new SourceFile(file.source.name, " ".repeat(end) + text)).file.declarations;
    if (model?.kind !== "model") return [];
    const trace = new Trace();
    checkDeclaration(model, file, { readText, trace });
    const isInside = ({ location }: { readonly location: Location }) =>
      location.file.name !== file.source.name || location.span.start < end;
    return [{ applications: trace.applied.filter(isInside).map(inWord), names: trace.bound.filter(isInside) }];
  });
}

/** A model that applies the word once; undefined where a setting or value has no type of which one could be made up. */
function applying(word: WordDeclaration, text: string, sample: (typeof samples)[number]): string | undefined {
  const known = new Map<string, number>();
  const settings: string[] = [];
  for (const { name, type, default: given } of word.settings?.parameters ?? []) {
    if (given?.kind === "number") known.set(name.text, Number(text.slice(given.span.start, given.span.end)));
    if (given) continue;
    if (type?.kind !== "named" || type.name.text !== "int") return undefined;
    known.set(name.text, sample.setting);
    settings.push(`${name.text}: ${sample.setting}`);
  }
  const required = (word.values?.parameters ?? []).filter((one) => !one.default);
  const types = required.map(({ type }: Parameter) => type && typeText(type));
  if (types.length === 0 || types.includes(undefined)) return undefined;
  const inputs = types.map((type, k) => `input ${inputName(k)}: ${type}\n`).join("");
  const others = types.slice(1).map((_, k) => inputName(k + 1));
  const stage = [
    word.name.text,
    word.settings ? `(${settings.join(", ")})` : "",
    others.length > 0 ? `(${others.join(", ")})` : "",
  ].join("");
  return `model Sample {\n${inputs}output sampled = ${inputName(0)} -> ${stage}\n}`;

  function typeText(type: TypeExpression): string | undefined {
    if (type.kind === "options") return undefined;
    const shapes = type.kind === "shape" ? [type.shape] : type.shapes;
    const axes = shapes.map(({ axes }) =>
      axes.flatMap((axis) => {
        if (axis.kind === "rest") return sample.row || [];
        return text.slice(axis.span.start, axis.span.end).replace(/[A-Za-z_]\w*/g, (name) => String(sizeOf(name)));
      }),
    );
    const element = type.kind === "shape" ? "f32" : type.name.text;
    return element + axes.map((list) => (list.length > 0 ? `[${list.join(", ")}]` : "")).join("");
  }
  function sizeOf(name: string): number {
    const size = known.get(name) ?? sample.sizes[known.size % sample.sizes.length]!;
    known.set(name, size);
    return size;
  }
}
const inputName = (k: number): string => `sample_${k}`;
