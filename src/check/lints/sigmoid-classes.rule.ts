/** @file NET7003: independent probabilities where exactly one class is true. */
import { diagnose, rule } from "../../diagnostics/diagnostic.js";
import { replace } from "./edits.js";
import { locate, type LintContext, type LintRule } from "./lint.js";
import { applies, type Application, type Flow } from "./flow.js";
import { classLosses, sigmoids } from "./vocabulary.js";

const sigmoidClasses = rule<{ activation: string; target: string; classes: number; loss: string }>({
  code: "NET7003",
  severity: "warning",
  message: ({ activation, target, classes, loss }) =>
    `\`${activation}\` gives ${classes} independent probabilities to \`${loss}\`, but \`${target}\` is exactly one of ${classes} classes`,
  help: () => "`softmax` gives probabilities that add up to 1",
  explanation: `Where exactly one of several classes is true, the classes compete, and their probabilities must add up to 1: that is softmax. \
sigmoid looks at each class alone. cross_entropy only looks at the probability of the true class, so with sigmoid nothing pushes the \
other classes down: the network learns to answer "yes" to every class. Use softmax with cross_entropy for one class out of \
several, and sigmoid with binary_cross_entropy for independent yes-or-no questions.

    output digit = x -> dense(10) -> sigmoid    // each class alone
    output digit = x -> dense(10) -> softmax    // mended
    loss cross_entropy(digit, label)`,
});

export const sigmoidClassesLint: LintRule = {
  rule: sigmoidClasses,
  words: [...sigmoids, ...classLosses, "softmax"],
  check: (context) =>
    context.flows.flatMap((flow) =>
      flow.applications.flatMap((loss) => {
        const last = loss.from;
        if (!applies(loss, classLosses) || !applies(last, sigmoids)) return [];
        const target = classTarget(context, flow, loss);
        if (!target || target.classes <= 2) return [];
        return diagnose(
          sigmoidClasses,
          locate(context, last.name),
          { activation: last.word, loss: loss.word, ...target },
          {
            related: [{ location: locate(context, loss.name), message: `\`${loss.word}\` reads them here` }],
            fix: { title: "use `softmax`", edits: replace(last, "softmax") },
          },
        );
      }),
    ),
};

/** The class target that a loss compares with. */
function classTarget({ models }: LintContext, { declaration }: Flow, { form }: Application) {
  if (form.kind !== "call") return undefined;
  const second = form.call.arguments.filter((argument) => argument.name === undefined)[1]?.value;
  const model = models.find(({ name }) => name === declaration.name.text);
  if (second?.kind !== "name") return undefined;
  const port = model?.targets.find(({ name }) => name === second.name);
  return port?.element.kind === "class" ? { target: port.name, classes: port.element.size } : undefined;
}
