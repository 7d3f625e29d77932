/** @file The lints, listed by hand: mistakes in models that compile. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { File, ModelDeclaration, WordDeclaration } from "../../syntax/ast.js";
import type { CheckedModel } from "../model.js";
import { biasBeforeNormLint } from "./bias-before-norm.rule.js";
import { clippedScoresLint } from "./clipped-scores.rule.js";
import { dropoutLastLint } from "./dropout-last.rule.js";
import { flowOf, ownWords } from "./flow.js";
import { linearCollapseLint } from "./linear-collapse.rule.js";
import type { LintRule, LintSubject } from "./lint.js";
import { notProbabilitiesLint } from "./not-probabilities.rule.js";
import { sigmoidClassesLint } from "./sigmoid-classes.rule.js";
import { softmaxOfOneLint } from "./softmax-of-one.rule.js";
import { softmaxTwiceLint } from "./softmax-twice.rule.js";
import { unusedLint } from "./unused.rule.js";

export type { LintContext, LintRule, LintSubject } from "./lint.js";

export const lintRules: readonly LintRule[] = [
  softmaxTwiceLint,
  clippedScoresLint,
  sigmoidClassesLint,
  notProbabilitiesLint,
  biasBeforeNormLint,
  dropoutLastLint,
  unusedLint,
  linearCollapseLint,
  softmaxOfOneLint,
];

/** Warnings about the given models and about the words that the file declares, in the order of the text. */
export function runLints({ file, models }: LintSubject): readonly Diagnostic[] {
  const own = ownWords(file);
  return file.declarations
    .flatMap((declaration) => {
      if (declaration.kind === "word") return lintDeclaration(file, own, declaration, undefined);
      const model = declaration.kind === "model" && models.find(({ name }) => name === declaration.name.text);
      return model ? lintDeclaration(file, own, declaration, model) : [];
    })
    .sort(byPosition);
}
const byPosition = (a: Diagnostic, b: Diagnostic) => a.location.span.start - b.location.span.start;

/** Warnings about one declaration; `own` are the words that the file declares or imports. */
export function lintDeclaration(
  file: File,
  own: ReadonlySet<string>,
  declaration: ModelDeclaration | WordDeclaration,
  model: CheckedModel | undefined,
): readonly Diagnostic[] {
  const flow = flowOf(declaration, own);
  if (!flow) return [];
  const ofFile = (model?.steps ?? []).filter(({ location }) => location.file === file.source);
  const steps = new Map(ofFile.map((step) => [step.location.span.start, step]));
  const context = { file, models: model ? [model] : [], flows: [flow], sizes: (start: number) => steps.get(start) };
  const seen = new Set<string>();
  return lintRules
    .flatMap((lint) => lint.check(context))
    .filter(({ code, location, related }) => {
      // A repeated step is followed twice.
      const key = [code, location.span.start, location.span.end, related?.[0]?.location.span.start].join(" ");
      return !seen.has(key) && seen.add(key);
    })
    .sort(byPosition);
}
