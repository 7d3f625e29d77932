/** @file The lints, listed by hand: mistakes in models that compile. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { biasBeforeNormLint } from "./bias-before-norm.rule.js";
import { clippedScoresLint } from "./clipped-scores.rule.js";
import { dropoutLastLint } from "./dropout-last.rule.js";
import { flowsOf } from "./flow.js";
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
export function runLints(subject: LintSubject): readonly Diagnostic[] {
  const { file, models } = subject;
  const checked = new Set(models.map((model) => model.name));
  const flows = flowsOf(file).filter(
    ({ declaration }) => declaration.kind === "word" || checked.has(declaration.name.text),
  );
  const steps = new Map(
    models
      .flatMap((model) => model.steps)
      .filter(({ location }) => location.file.name === file.source.name)
      .map((step) => [step.location.span.start, step]),
  );
  const context = { ...subject, flows, sizes: (start: number) => steps.get(start) };
  const seen = new Set<string>();
  return lintRules
    .flatMap((lint) => lint.check(context))
    .filter(({ code, location, related }) => {
      // A repeated step is followed twice.
      const key = [code, location.span.start, location.span.end, related?.[0]?.location.span.start].join(" ");
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => a.location.span.start - b.location.span.start);
}
