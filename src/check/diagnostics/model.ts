/** @file NET5xxx: the structure of a model; NET5900 for what the language has but this version does not compile yet. */
import { replaceBySuggestion, rule } from "../../diagnostics/diagnostic.js";

export const modelRules = {
  portType: rule<{ name: string; actual: string }>({
    code: "NET5001",
    severity: "error",
    message: ({ name, actual }) => `\`${name}\` cannot have the type ${actual}`,
    help: () => 'types are f32[sizes], int, bool, class[10], class["a", "b"], class[from "names.txt"]',
    explanation: `Inputs and targets are numbers, whole numbers, truth values or classes, with the sizes of one example: \
\`f32[28, 28, 1]\`, \`class[10]\`, \`class["flat", "house"]\`, \`class[5000][40]\`, \`bool\`. All sizes are constants, \
at least 1; the batch is never written.`,
  }),
  noOptimizer: rule<{ model: string }>({
    code: "NET5002",
    severity: "error",
    message: ({ model }) => `\`${model}\` has a loss and parameters but no optimizer`,
    help: () => "add one: `optimizer adam(1e-3)`",
    explanation: `A loss is minimised by changing the parameters, and the optimizer says how. Add \`optimizer adam(1e-3)\` or another one to \
the model, or remove the loss if the model only predicts.`,
  }),
  noLoss: rule<{ model: string }>({
    code: "NET5003",
    severity: "error",
    message: ({ model }) => `\`${model}\` has an optimizer but no loss to minimise`,
    explanation: `An optimizer follows the gradient of a loss. Add a \`loss\` to the model, such as \
\`loss mean_squared_error(output, target)\`, or remove the optimizer.`,
  }),
  perExample: rule<{ what: string }>({
    code: "NET5004",
    severity: "error",
    message: ({ what }) => `${what} is shared by all examples, but this value differs from example to example`,
    help: () => "reduce over the batch first: `mean(x, over: batch)`",
    explanation: `Parameters and buffers exist once, while this value depends on an input, a target, a draw or an index. \
Only a reduction \`over: batch\` (and over the index) turns per-example values into one: \`m <- mean(x, over: batch)\`.`,
  }),
  outputDepends: rule<{ name: string; on: string }>({
    code: "NET5005",
    severity: "error",
    message: ({ name, on }) => `the output \`${name}\` depends on ${on}, which prediction does not have`,
    explanation: `Outputs are what \`predict\` computes from the inputs of single examples, so they cannot read a target, nor anything reduced \
over the batch (the answer for one example must not depend on its neighbours). Use \`if training then .. else ..\` with a \
buffer, as batch normalisation does.`,
  }),
  unknownPath: rule<{ path: string; suggestion: string | undefined }>({
    code: "NET5006",
    severity: "error",
    message: ({ path }) => `no instance or parameter is called \`${path}\``,
    help: ({ suggestion }) => (suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`),
    fix: replaceBySuggestion,
    explanation: `\`optimizer .. for head, trunk.kernel\` names instances (made by \`as\` or \`use\`, or unnamed steps by their path such as \
\`dense_2\`) or single parameters. No parameter has a path that begins like this.`,
  }),
  twoOptimizers: rule<{ path: string }>({
    code: "NET5007",
    severity: "error",
    message: ({ path }) => `the parameter \`${path}\` has two optimizers`,
    explanation: `Each trainable parameter is changed by exactly one optimizer: the one that names it after \`for\`, else the one without \
\`for\`. Two of them claim this parameter. Write one optimizer without \`for\`, and name disjoint instances in the others.`,
  }),
  withoutOptimizer: rule<{ path: string }>({
    code: "NET5008",
    severity: "error",
    message: ({ path }) => `the parameter \`${path}\` has no optimizer`,
    help: () => "add an optimizer without `for`, or mark the parameter `frozen`",
    explanation: `Every optimizer of the model is restricted by \`for\`, and none of them names this parameter. Add an optimizer without \`for\` \
for all the rest, or mark the parameter \`frozen\` if it shall keep its initial value.`,
  }),
  twice: rule<{ what: string }>({
    code: "NET5009",
    severity: "error",
    message: ({ what }) => `a model has one ${what} block at most`,
    explanation: `All entries of a \`data\` or \`train\` block belong into one block of that name. Merge the two.`,
  }),
  outputKind: rule<{ name: string; actual: string }>({
    code: "NET5010",
    severity: "error",
    message: ({ name, actual }) => `the output \`${name}\` cannot be ${actual}`,
    explanation: `An output is a number, a class or a tensor of them, one per example. Lists, words and options cannot be returned; take \
a list apart with \`let [a, b] = ..\` and make an output of each part.`,
  }),
  objective: rule<{ what: string; actual: string }>({
    code: "NET5011",
    severity: "error",
    message: ({ what, actual }) => `a ${what} must be a number or a tensor of numbers, not ${actual}`,
    explanation: `A loss or metric is a value per example, averaged over all examples and positions, or for metrics built from \`total(e)\`, \
the sum over all examples of an epoch: \`metric total(hit and target) / total(hit)\`.`,
  }),
  totalOutside: rule({
    code: "NET5012",
    severity: "error",
    message: () => "`total` has a meaning in metrics only",
    help: () => "a sum over the batch is `sum(x, over: batch)`",
    explanation: `\`total(e)\` is the sum of \`e\` over all examples of an epoch, which is known only when the epoch is over, so \
only metrics can use it. For a sum over the examples of one batch, as in a buffer's update, write \`sum(x, over: batch)\`.`,
  }),
  notAParameter: rule<{ what: string }>({
    code: "NET5013",
    severity: "error",
    message: ({ what }) => `${what} gives no value for this shape`,
    explanation: `Right of \`~\` stands an initializer such as \`glorot_uniform\`, or an expression whose shape stretches to the shape of the \
parameter: \`param bias[j]: [n] ~ where(j < 2, 1, 0)\`.`,
  }),
  stageOrder: rule<{ name: string }>({
    code: "NET5014",
    severity: "error",
    message: ({ name }) => `\`${name}\` assigns neither param nor grad: the optimizer would do nothing`,
    explanation: `An optimizer's body reads \`grad\` (and \`param\`, \`step\`, its states) and assigns \`param\`; a stage of a chain may \
rewrite \`grad\` for the next one instead. This one assigns neither.`,
  }),
  noModel: rule<{ name: string }>({
    code: "NET5015",
    severity: "error",
    message: ({ name }) => `\`${name}\` has neither outputs nor a loss`,
    help: () => "add `output name = ..`",
    explanation: `A model computes outputs from its inputs, or minimises a loss, or both. Add \`output name = value\` for what \`predict\` \
shall return.`,
  }),
  dataOutside: rule({
    code: "NET5016",
    severity: "error",
    message: () => "`over: data` has a meaning in the first value of a buffer only",
    help: () => "`buffer center: [n] = mean(x, over: data)`, likewise `std`, `sum`, `min` and `max`",
    explanation: `\`mean\`, \`std\`, \`sum\`, \`min\` and \`max\` with \`over: data\` are taken once from the whole training set, before the first step, and \
kept in a buffer: \`buffer center: [n] = mean(x, over: data)\`. Other reductions, and other places, see the training set a batch at a \
time: write \`over: batch\` there, or read the buffer.`,
  }),
  dataDepends: rule<{ what: string; on: string }>({
    code: "NET5017",
    severity: "error",
    message: ({ what, on }) =>
      `${what} depends on the buffer \`${on}\`, which is not known before the training set was seen`,
    help: () => "take both from values that the training set gives directly",
    explanation: `The training set is read once before the first step, and all statistics \`over: data\` are taken on the way. A value that \
depends on one of them would need another pass over the data. Statistics of \`(x - center) / spread\` follow from those of \`x\`: \
take them there.`,
  }),
} as const;
