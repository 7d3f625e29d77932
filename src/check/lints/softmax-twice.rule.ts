/** @file NET7001: softmax of a softmax. */
import { diagnose, rule } from "../../diagnostics/diagnostic.js";
import { remove } from "./edits.js";
import { applies } from "./flow.js";
import { locate, type LintRule } from "./lint.js";
import { softmaxes } from "./vocabulary.js";

const softmaxTwice = rule<{ first: string; second: string }>({
  code: "NET7001",
  severity: "warning",
  message: ({ first, second }) => `\`${second}\` is applied to the probabilities that \`${first}\` gives`,
  help: ({ second }) => `remove the second one: \`${second}\` works on scores`,
  explanation: `softmax turns scores into probabilities. Applied to probabilities, which all lie between 0 and 1, it can no longer tell them \
apart: with 10 classes, even the certain answer (1, 0, .., 0) becomes 0.23 against 0.09. The loss then stays high, the gradients \
are small, and training is slow and ends too early. It often happens when a layer has \`activation: softmax\` and another softmax \
follows.

    output digit = x -> dense(10, activation: softmax) -> softmax    // twice
    output digit = x -> dense(10) -> softmax                         // mended`,
});

export const softmaxTwiceLint: LintRule = {
  rule: softmaxTwice,
  words: softmaxes,
  check: (context) =>
    context.flows.flatMap(({ applications }) =>
      applications.flatMap((second) => {
        const first = second.from;
        if (!applies(second, softmaxes) || !applies(first, softmaxes)) return [];
        const edits = remove(second, context.file.source);
        return diagnose(
          softmaxTwice,
          locate(context, second.name),
          { first: first.word, second: second.word },
          {
            related: [{ location: locate(context, first.name), message: "the first one is here" }],
            ...(edits ? { fix: { title: `remove the second \`${second.word}\``, edits } } : {}),
          },
        );
      }),
    ),
};
