/** @file What declarations, items, statements and entries look like, for completion. `$1` are places to fill. */
import type { phaseKeys } from "../check/phases.js";
import type { trainKeys } from "../check/settings.js";

export interface Snippet {
  readonly label: string;
  readonly text: string;
  readonly documentation: string;
}
const snippet = (label: string, text: string, documentation: string): Snippet => ({ label, text, documentation });

export const declarationSnippets: readonly Snippet[] = [
  snippet(
    "model",
    "model ${1:Name} {\n  input  ${2:x}: f32[${3:4}]\n  target ${4:label}: class[${5:3}]\n\n  output ${6:y} = ${2:x} -> dense(${5:3}) -> softmax\n\n  loss      cross_entropy(${6:y}, ${4:label})\n  metric    accuracy(${6:y}, ${4:label})\n  optimizer adam(learning_rate: 1e-3)\n\n  train { batch: 32, epochs: 10 }\n}",
    "A network: what an example has, what is computed, how it learns.",
  ),
  snippet(
    "layer",
    "layer ${1:name}(${2:units}: int)(x: [..., n]) -> [..., ${2:units}] {\n  param kernel: [n, ${2:units}] ~ glorot_uniform\n  return x @ kernel$0\n}",
    "A word with weights of its own.",
  ),
  snippet("fn", "fn ${1:name}(${2:x}) = $0", "A function of values."),
  snippet("loss", "loss ${1:name}(y: [...], target: [...]) = mean($0, over: [...])", "What training makes small."),
  snippet("metric", "metric ${1:name}(y: [...], target: [...]) = $0", "What is reported."),
  snippet(
    "optimizer",
    "optimizer ${1:name}(learning_rate: schedule = ${2:0.01})(param, grad) {\n  param <- param - learning_rate * grad$0\n}",
    "How a parameter moves.",
  ),
  snippet("schedule", "schedule ${1:name}(${2:initial})(step) = $0", "A setting that changes from step to step."),
  snippet("initializer", "initializer ${1:name}(shape, fan_in, fan_out) = $0", "The first value of a parameter."),
  snippet("regularizer", "regularizer ${1:name}(${2:l} = 0.01)(w) = ${2:l} * $0", "What a parameter adds to the loss."),
  snippet("constraint", "constraint ${1:name}(w) = $0", "What a parameter is brought back to after each update."),
  snippet("const", "const ${1:name} = $0", "A name for a constant."),
  snippet("import", 'import { $0 } from "./${1:file}.net"', "Words and constants of another file."),
];

const shared: readonly Snippet[] = [
  snippet("let", "let ${1:name} = $0", "A name for a value."),
  snippet("use", "use ${1:name} = $0", "One instance of a layer, for many places."),
  snippet("param", "param ${1:kernel}: [${2:n}] ~ ${3:glorot_uniform}", "A weight that is trained."),
  snippet("buffer", "buffer ${1:name}: [${2:n}] = ${3:0}", "Kept with the weights, not trained."),
  snippet(
    "scan",
    "scan ${1:i} in ${2:t} with ${3:h} = ${4:zeros([n])} {\n  ${3:h} <- $0\n}",
    "Runs its body once per index, in order.",
  ),
];
export const statementSnippets: readonly Snippet[] = [
  ...shared,
  snippet("return", "return $0", "The value of the word."),
  snippet("require", 'require $1, "$0"', "A condition with the message for those who break it."),
  snippet("state", "state ${1:m} = ${2:0}", "What an optimizer remembers of each parameter."),
  snippet("serve", "serve $0", "What prediction reads in place of the parameter."),
];
export const itemSnippets: readonly Snippet[] = [
  snippet("input", "input ${1:x}: ${2:f32[4]}", "What an example has."),
  snippet("target", "target ${1:label}: ${2:class[10]}", "What losses and metrics compare with."),
  snippet("output", "output ${1:y} = $0", "What `predict` returns."),
  snippet("loss", "loss $0", "Minimised; several add."),
  snippet("metric", "metric $0", "Reported."),
  snippet("optimizer", "optimizer ${1:adam(learning_rate: 1e-3)}", "How the parameters move."),
  snippet("data", "data { $0 }", "Where the examples come from."),
  snippet("train", "train { batch: ${1:32}, epochs: ${2:10} }", "How long and in which portions."),
  snippet("phase", "phase ${1:name} { epochs: ${2:5} }", "A part of training."),
  ...shared,
];
export const typeSnippets: readonly Snippet[] = [
  snippet("f32", "f32[${1:4}]", "Numbers, in the shape of one example."),
  snippet("class", "class[${1:10}]", "One of several classes: a number of them, or their names."),
  snippet("bool", "bool", "True or false."),
  snippet("int", "int", "A whole number."),
];

/** The value after a key, by key; every key that the checker knows is among them. */
type Values<Key extends string> = Readonly<Record<Key, readonly [value: string, documentation: string]>>;
const entriesOf = <Key extends string>(values: Values<Key>): readonly Snippet[] =>
  Object.entries<Values<Key>[Key]>(values).map(([key, [value, documentation]]) =>
    snippet(key, `${key}: ${value}`, documentation),
  );
export const entries: Readonly<Record<"train" | "data" | "phase", readonly Snippet[]>> = {
  train: entriesOf<(typeof trainKeys)[number]>({
    batch: ["${1:32}", "Examples per update; `all` for all of them."],
    epochs: ["${1:10}", "How often training sees each example."],
    shuffle: ["${1:true}", "Whether each epoch has an order of its own. Default true."],
    validation: ["${1:10%}", "The part of the training set that is held out. Default 0."],
    seed: ["${1:1}", "Same seed, same bytes. Default 0."],
    accumulate: ["${1:epoch}", "How many batches make one update."],
    stop: ["early_stop(${1:patience: 5})", "Training ends where nothing improves."],
    learning_rate: ["reduce_on_plateau(${1:patience: 3})", "The rate shrinks where nothing improves."],
    checkpoint: ["${1:best}", "When `netc train` writes a file."],
    terminate_on_nan: ["${1:true}", "Training ends with a loss that is no number. Default false."],
  }),
  data: [
    snippet("test", "test ${1:x}: $0", "The test set of a port, or a part of the rows: `test: 20%`."),
    snippet("validation", "validation ${1:x}: $0", "The validation set of a port."),
    snippet("augment", "augment ${1:x}: $0", "How an input varies from epoch to epoch."),
  ],
  phase: entriesOf<(typeof phaseKeys)[number]>({
    only: ["[$0]", "The instances that are trained."],
    minimize: ["[$0]", "The losses that are minimised."],
    prune: ["magnitude(${1:sparsity: 90%})", "Weights that become 0 as the phase begins, and stay so."],
    epochs: ["${1:5}", "How long."],
  }),
};
