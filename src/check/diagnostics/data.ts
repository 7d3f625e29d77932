/** @file NET6xxx: the `data` and `train` blocks. */
import { replaceBySuggestion, rule } from "../../diagnostics/diagnostic.js";

export const dataRules = {
  unknownKey: rule<{ block: string; key: string; suggestion: string | undefined; known: string }>({
    code: "NET6001",
    severity: "error",
    message: ({ block, key }) => `\`${block}\` has no entry \`${key}\``,
    help: ({ suggestion, known }) =>
      suggestion === undefined ? `entries are ${known}` : `did you mean \`${suggestion}\`?`,
    fix: replaceBySuggestion,
    explanation: `A \`train\` block has the entries batch, epochs, shuffle, validation, seed, accumulate, stop,\
 learning_rate, checkpoint and terminate_on_nan. A \`data\` block binds readers to inputs and \
targets by name, \`image: idx("train-images.gz")\`, for the other parts \`test image: ..\` and \`validation image: ..\`, \
\`test: 20%\` holds out a part of the rows, and \`augment image: rotate(10deg) -> shift(0.1)\` moves the images of an input while \
training. A \`phase\` has the entries only, minimize, prune and epochs.`,
  }),
  badEntry: rule<{ key: string; expected: string; actual: string }>({
    code: "NET6002",
    severity: "error",
    message: ({ key, expected, actual }) => `\`${key}\` must be ${expected}, not ${actual}`,
    explanation: `Entries of \`train\` and \`data\` are constants: \`batch: 32\` (or \`all\`), \`epochs: 10\`, \`shuffle: true\`, \
\`validation: 10%\`, \`seed: 1\`, \`stop: early_stop(monitor: loss, patience: 3)\`. What is augmented is an input: targets stay as \
they are read.`,
  }),
  unknownReader: rule<{ name: string; suggestion: string | undefined }>({
    code: "NET6003",
    severity: "error",
    message: ({ name }) => `there is no reader \`${name}\``,
    help: ({ suggestion }) =>
      suggestion === undefined
        ? 'readers are csv("file.csv", columns: [..]), idx("file.gz"), npy("file.npy"), npz("file.npz", "array"), text("file.txt")'
        : `did you mean \`${suggestion}\`?`,
    fix: replaceBySuggestion,
    explanation: `A reader says where the values of an input or target come from: \`csv("iris.csv", columns: ["a", "b"])\`, \
\`csv("iris.csv", column: "species")\`, \`idx("train-images-idx3-ubyte.gz")\`, \`npy("x.npy")\`, \`npz("xy.npz", "x")\`, \`text("names.txt", shift: 1)\`. \
Paths are relative to the data directory of the command, or to the model's file.`,
  }),
  unknownPort: rule<{ name: string; suggestion: string | undefined }>({
    code: "NET6004",
    severity: "error",
    message: ({ name }) => `the model has no input or target \`${name}\``,
    help: ({ suggestion }) => (suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`),
    fix: replaceBySuggestion,
    explanation: `The entries of a \`data\` block are named after the model's inputs and targets, because each of them gets a reader. Check the \
spelling against the \`input\` and \`target\` lines.`,
  }),
  boundTwice: rule<{ port: string; part: string | undefined }>({
    code: "NET6005",
    severity: "error",
    message: ({ port, part }) =>
      part === undefined ? `\`${port}\` is augmented twice` : `\`${port}\` has two readers for the ${part} part`,
    help: ({ part }) => (part === undefined ? "write one recipe: `rotate(10deg) -> shift(0.1)`" : undefined),
    explanation: `Each input and target has one reader for each part of the data: training, \`test\` and \`validation\`. Remove one of the two. \
An input has one recipe of augmentation, whose words follow each other with \`->\`.`,
  }),
} as const;
