/** @file NET7004: a loss of probabilities on values that are none. */
import { diagnose, rule, type Edit } from "../../diagnostics/diagnostic.js";
import { applyTo, replace } from "./edits.js";
import { applies, past, type Application, type Flow } from "./flow.js";
import { locate, type LintRule } from "./lint.js";
import {
  activations,
  affine,
  binaryLosses,
  classLosses,
  noise,
  normalizing,
  recurrent,
  reshaping,
  sigmoids,
  softmaxes,
} from "./vocabulary.js";

const notProbabilities = rule<{ loss: string; word: string; needed: string }>({
  code: "NET7004",
  severity: "warning",
  message: ({ loss, word }) => `\`${loss}\` reads probabilities, but gets the result of \`${word}\``,
  help: ({ needed }) => `turn the scores into probabilities first: \`-> ${needed}\``,
  explanation: `cross_entropy takes the logarithm of the probability of the true class. The scores of a layer (logits) may be negative, and the \
logarithm of a negative number is no number (NaN): the loss breaks down within a few steps. In other libraries a flag \
such as from_logits says what the loss gets; here the text says it: end the output with softmax, or with sigmoid for \
binary_cross_entropy. The compiler fuses the two, so that nothing is lost in precision or speed, and prediction returns probabilities.

    loss cross_entropy(x -> dense(10), label)               // scores
    loss cross_entropy(x -> dense(10) -> softmax, label)    // mended`,
});

const probabilities: readonly string[] = [...softmaxes, ...sigmoids];
const scores = [...affine, ...recurrent, ...normalizing, ...activations].filter(
  (word) => !probabilities.includes(word),
);
const transparent = [...noise, ...reshaping];

export const notProbabilitiesLint: LintRule = {
  rule: notProbabilities,
  words: [...classLosses, ...binaryLosses, ...scores, ...probabilities, ...transparent],
  check: (context) =>
    context.flows.flatMap((flow) =>
      flow.applications.flatMap((loss) => {
        const last = past(loss.from, transparent);
        if (!applies(loss, [...classLosses, ...binaryLosses]) || !applies(last, scores)) return [];
        const needed = binaryLosses.includes(loss.word) ? "sigmoid" : "softmax";
        const edits = mend(flow, loss, last, needed);
        return diagnose(
          notProbabilities,
          locate(context, loss.name),
          { loss: loss.word, word: last.word, needed },
          {
            related: [{ location: locate(context, last.name), message: `\`${last.word}\` gives any numbers` }],
            ...(edits ? { fix: { title: `apply \`${needed}\``, edits } } : {}),
          },
        );
      }),
    ),
};

/** An activation gives way to the right one; an output gets it at its end, so that prediction has it too; else the loss does. */
function mend(flow: Flow, { form, from }: Application, last: Application, needed: string): readonly Edit[] | undefined {
  if (last === from && applies(last, activations)) return replace(last, needed);
  const argument = form.kind === "call" ? form.call.arguments.find(({ name }) => name === undefined)?.value : undefined;
  if (!argument) return undefined;
  const output = argument.kind === "name" && flow.outputs.find(({ item }) => item.name.text === argument.name);
  return applyTo(output ? output.item.value : argument, needed);
}
