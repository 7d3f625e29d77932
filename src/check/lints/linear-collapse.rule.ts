/** @file NET7008: two linear layers without an activation between them. */
import { diagnose, rule } from "../../diagnostics/diagnostic.js";
import { addSetting } from "./edits.js";
import { applies, past } from "./flow.js";
import { locate, type LintRule } from "./lint.js";
import { affine, noise, reshaping } from "./vocabulary.js";

const linearCollapse = rule<{ first: string; second: string }>({
  code: "NET7008",
  severity: "warning",
  message: ({ first, second }) =>
    `no activation between \`${first}\` and \`${second}\`: together they are one linear layer`,
  help: () => "give the first one an activation; write `-> linear` between them if this is meant",
  explanation: `A layer without an activation is linear, and a linear function of a linear function is linear: both layers together can do no \
more than the second one alone, at twice the cost. What lets a network bend is the activation between its layers. \
A narrow layer in between does limit the rank on purpose; where the compiler can see that, it says nothing, and elsewhere \
\`-> linear\` says it.

    x -> dense(128) -> dense(10)            // one linear layer
    x -> dense(128) -> relu -> dense(10)    // mended`,
});

const between = [...noise, ...reshaping];

export const linearCollapseLint: LintRule = {
  rule: linearCollapse,
  words: [...affine, ...between, "linear", "relu"],
  check: (context) =>
    context.flows.flatMap(({ applications, shared }) =>
      applications.flatMap((second) => {
        const first = past(second.from, between);
        if (!applies(second, affine) || !applies(first, affine)) return [];
        for (let step = second.from; step && step !== first.from; step = step.from) if (shared.has(step)) return [];
        const into = context.sizes(first.name.start);
        const out = context.sizes(second.name.start);
        if (into && out && count(into.output) < Math.min(count(into.input), count(out.output))) return [];
        return diagnose(
          linearCollapse,
          locate(context, second.name),
          { first: first.word, second: second.word },
          {
            related: [{ location: locate(context, first.name), message: "the first one is here" }],
            fix: { title: "add `activation: relu` to the first", edits: addSetting(first, "activation: relu") },
          },
        );
      }),
    ),
};

const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
