/** @file NET7009: softmax of a single number. */
import { diagnose, rule } from "../../diagnostics/diagnostic.js";
import { replace } from "./edits.js";
import { applies, settingsOf } from "./flow.js";
import { locate, type LintRule } from "./lint.js";
import { affine, softmaxes } from "./vocabulary.js";

const softmaxOfOne = rule<{ softmax: string }>({
  code: "NET7009",
  severity: "warning",
  message: ({ softmax }) => `\`${softmax}\` of a single score is always 1`,
  help: () => "one probability comes from `sigmoid`; two classes need two units",
  explanation: `softmax makes the probabilities of all classes add up to 1, so with one score that one probability is 1, whatever the score: \
the output is constant, all gradients are 0, and nothing is learned. A yes-or-no answer is \`dense(1) -> sigmoid\` with \
binary_cross_entropy, or \`dense(2) -> softmax\` with cross_entropy and a target \`class[2]\`.

    output spam = x -> dense(1) -> softmax    // always 1
    output spam = x -> dense(1) -> sigmoid    // mended`,
});

export const softmaxOfOneLint: LintRule = {
  rule: softmaxOfOne,
  words: [...softmaxes, ...affine, "sigmoid"],
  check: (context) =>
    context.flows.flatMap(({ applications }) =>
      applications.flatMap((application) => {
        const { from } = application;
        if (!applies(application, softmaxes) || !applies(from, affine)) return [];
        const units = settingsOf(from.recipe)[0]?.value;
        if (units?.kind !== "number" || units.value !== 1) return [];
        return diagnose(
          softmaxOfOne,
          locate(context, application.name),
          { softmax: application.word },
          { fix: { title: "use `sigmoid`", edits: replace(application, "sigmoid") } },
        );
      }),
    ),
};
