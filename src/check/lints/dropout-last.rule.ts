/** @file NET7006: noise on the output itself. */
import { diagnose, rule } from "../../diagnostics/diagnostic.js";
import { remove } from "./edits.js";
import { applies, past } from "./flow.js";
import { locate, type LintRule } from "./lint.js";
import { activations, noise, reshaping } from "./vocabulary.js";

const dropoutLast = rule<{ word: string; output: string }>({
  code: "NET7006",
  severity: "warning",
  message: ({ word, output }) => `\`${word}\` after the last layer disturbs the output \`${output}\` itself`,
  help: ({ word }) => `put \`${word}\` before the last layer, or remove it`,
  explanation: `Dropout keeps a network from relying on single hidden units: it sets some of them to 0 while training, and the next layer learns to do \
without them. After the last layer no layer follows that could learn it: the answer itself is destroyed at random, a probability of 0 \
for the true class makes the loss infinite, and what training optimises is not what prediction computes.

    output digit = x -> dense(10) -> softmax -> dropout(0.5)    // destroys answers
    output digit = x -> dropout(0.5) -> dense(10) -> softmax    // mended`,
});

const finishing = [...activations, ...reshaping];

export const dropoutLastLint: LintRule = {
  rule: dropoutLast,
  words: [...noise, ...finishing],
  check: (context) =>
    context.flows.flatMap(({ outputs }) =>
      outputs.flatMap(({ item, last }) => {
        const found = past(last, finishing);
        if (!applies(found, noise)) return [];
        const edits = remove(found, context.file.source);
        return diagnose(
          dropoutLast,
          locate(context, found.name),
          { word: found.word, output: item.name.text },
          edits ? { fix: { title: `remove \`${found.word}\``, edits } } : {},
        );
      }),
    ),
};
