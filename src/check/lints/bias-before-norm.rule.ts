/** @file NET7005: a bias that batch normalisation removes again. */
import { diagnose, rule } from "../../diagnostics/diagnostic.js";
import { addSetting } from "./edits.js";
import { applies, settingsOf } from "./flow.js";
import { locate, type LintRule } from "./lint.js";
import { affine } from "./vocabulary.js";

const biasBeforeNorm = rule<{ layer: string; norm: string }>({
  code: "NET7005",
  severity: "warning",
  message: ({ layer, norm }) =>
    `the bias of \`${layer}\` has no effect: \`${norm}\` follows directly and subtracts it again`,
  help: () => "give the layer `use_bias: false`",
  explanation: `Batch normalisation subtracts the mean of each channel, and with it any constant that the layer before has added: the bias of \
that layer changes nothing, has a gradient of 0, and only costs memory and time. The normalisation has a bias of its own, \
\`beta\`.

    x -> conv2d(32, 3) -> batch_norm                     // a bias without effect
    x -> conv2d(32, 3, use_bias: false) -> batch_norm    // mended`,
});

const norm = "batch_norm";

export const biasBeforeNormLint: LintRule = {
  rule: biasBeforeNorm,
  words: [...affine, norm],
  check: (context) =>
    context.flows.flatMap(({ applications, shared }) =>
      applications.flatMap(({ word, from }) => {
        if (word !== norm || !applies(from, affine) || shared.has(from)) return [];
        if (settingsOf(from.recipe).some(({ name }) => name?.text === "use_bias")) return [];
        return diagnose(
          biasBeforeNorm,
          locate(context, from.name),
          { layer: from.word, norm },
          { fix: { title: "add `use_bias: false`", edits: addSetting(from, "use_bias: false") } },
        );
      }),
    ),
};
