/** @file NET7002: an activation that clips scores, directly before softmax. */
import { diagnose, rule } from "../../diagnostics/diagnostic.js";
import { remove } from "./edits.js";
import { applies } from "./flow.js";
import { locate, type LintRule } from "./lint.js";
import { clipping, softmaxes } from "./vocabulary.js";

const clippedScores = rule<{ activation: string; softmax: string }>({
  code: "NET7002",
  severity: "warning",
  message: ({ activation, softmax }) =>
    `\`${activation}\` directly before \`${softmax}\` takes away part of the scores' range`,
  help: ({ softmax }) => `\`${softmax}\` works on scores of any sign and size: leave the last layer without activation`,
  explanation: `softmax compares scores of any sign and size. Behind relu all negative scores become 0, so the network can no longer say how \
unlikely a class is, and classes whose scores are negative get no gradient and may never recover. Behind tanh or sigmoid \
the scores lie so close together that no class can reach a high probability: with 10 classes at most 0.45 behind tanh. The last layer before softmax \
has no activation.

    output digit = x -> dense(10) -> relu -> softmax    // clipped
    output digit = x -> dense(10) -> softmax            // mended`,
});

export const clippedScoresLint: LintRule = {
  rule: clippedScores,
  words: [...clipping, ...softmaxes],
  check: (context) =>
    context.flows.flatMap(({ applications }) =>
      applications.flatMap((application) => {
        const { from } = application;
        if (!applies(application, softmaxes) || !applies(from, clipping)) return [];
        const edits = remove(from, context.file.source);
        return diagnose(
          clippedScores,
          locate(context, from.name),
          { activation: from.word, softmax: application.word },
          edits ? { fix: { title: `remove \`${from.word}\``, edits } } : {},
        );
      }),
    ),
};
