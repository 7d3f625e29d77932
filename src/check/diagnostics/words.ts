/** @file NET4xxx: settings, arguments, types and constants of words. */
import { replaceBySuggestion, rule } from "../../diagnostics/diagnostic.js";

export const wordRules = {
  unknownSetting: rule<{
    word: string;
    name: string;
    suggestion: string | undefined;
    origin: string | undefined;
    known: string;
  }>({
    code: "NET4001",
    severity: "error",
    message: ({ word, name }) => `\`${word}\` has no setting \`${name}\``,
    help: ({ suggestion, origin, known }) =>
      suggestion === undefined
        ? known === ""
          ? "it has no settings"
          : `its settings are ${known}`
        : origin
          ? `\`${origin}\` is called \`${suggestion}\` here`
          : `did you mean \`${suggestion}\`?`,
    fix: replaceBySuggestion,
    explanation: `Settings are given by the names in the word's signature (hover shows it), or by position in a stage: \
\`conv2d(32, 3, stride: 2)\`. Names of other libraries are recognised and translated: Keras' \`strides\` and PyTorch's \
\`out_features\` are \`stride\` and \`units\` here.`,
  }),
  missingSetting: rule<{ word: string; name: string }>({
    code: "NET4002",
    severity: "error",
    message: ({ word, name }) => `\`${word}\` needs a value for its setting \`${name}\``,
    explanation: `A setting without a default in the signature must be given: \`dense(10)\` or \`dense(units: 10)\`. Hover over the word \
shows its settings and their defaults.`,
  }),
  tooMany: rule<{ word: string; given: number; takes: string }>({
    code: "NET4003",
    severity: "error",
    message: ({ word, given, takes }) => `\`${word}\` takes ${takes}, but ${given} ${given === 1 ? "is" : "are"} given`,
    explanation: `More arguments than the signature has. In a stage the parentheses hold the settings, and the piped value is the first value; \
elsewhere a call takes values by position and settings by name: \`softmax(x, over: 0)\`.`,
  }),
  missingValue: rule<{ word: string; name: string }>({
    code: "NET4004",
    severity: "error",
    message: ({ word, name }) => `\`${word}\` is missing its value ${name}`,
    explanation: `A call gives all values of a word by position, in the order of its signature: \`cross_entropy(output, target)\`. In a pipe the \
value on the left is the first one, further ones stand in parentheses after the settings: \`q -> attention(8)(memory)\`.`,
  }),
  type: rule<{ what: string; expected: string; actual: string }>({
    code: "NET4005",
    severity: "error",
    message: ({ what, expected, actual }) => `${what} must be ${expected}, not ${actual}`,
    explanation: `The argument's kind does not fit the signature. Numbers, true and false, options such as \`same\`, words such as \`relu\`, \
lists and tensors are different kinds; true and false count as 1 and 0 where numbers are due, but numbers never as truth.`,
  }),
  option: rule<{ what: string; options: string; suggestion: string | undefined; actual: string }>({
    code: "NET4006",
    severity: "error",
    message: ({ what, options, actual }) => `${what} is one of ${options}, not ${actual}`,
    help: ({ suggestion }) => (suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`),
    fix: replaceBySuggestion,
    explanation: `Some settings choose among a few names that the signature lists, such as \`padding: valid | same\`. Write one of them, \
without quotes.`,
  }),
  givenTwice: rule<{ word: string; name: string }>({
    code: "NET4007",
    severity: "error",
    message: ({ word, name }) => `\`${name}\` of \`${word}\` is given twice`,
    explanation: `An argument was given both by position and by name, or twice by name. Remove one of them. \
Example: in \`dense(10, units: 3)\` the position and the name both give \`units\`.`,
  }),
  notConstant: rule<{ what: string; actual: string }>({
    code: "NET4008",
    severity: "error",
    message: ({ what, actual }) => `${what} must be known at compile time, but is ${actual}`,
    explanation: `Settings, sizes, ranges and the conditions of \`if\`, \`when\` and \`require\` are constants: they may depend on settings, \
sizes and \`training\`, not on data or weights. A choice by data is \`where(condition, a, b)\`.`,
  }),
  requirement: rule<{ message: string }>({
    code: "NET4009",
    severity: "error",
    message: ({ message }) => message,
    explanation: `The word's own \`require\` statement is not fulfilled by these settings and shapes; its message says what it needs. \
Example: a convolution's kernel must fit the image, unless \`padding: same\` extends it.`,
  }),
  gradientName: rule<{ name: string }>({
    code: "NET4011",
    severity: "error",
    message: ({ name }) => `there is no value \`${name}\` to differentiate by`,
    explanation: `\`gradient x = ..\` and \`surrogate x = ..\` give the adjoint of the value \`x\` of the word, so \`x\` must be among the \
values in its signature, each at most once. Without a clause the compiler derives the gradient itself.`,
  }),
  noResult: rule<{ word: string }>({
    code: "NET4012",
    severity: "error",
    message: ({ word }) => `\`${word}\` returns nothing`,
    explanation: `The body of a fn, layer, loss, metric, initializer, schedule, regularizer or constraint ends with \`return value\`. \
(An optimizer instead assigns \`param\` or \`grad\`.)`,
  }),
  badOperand: rule<{ operation: string; actual: string }>({
    code: "NET4013",
    severity: "error",
    message: ({ operation, actual }) => `\`${operation}\` does not work on ${actual}`,
    explanation: `Arithmetic, comparisons and functions work on numbers and tensors; \`and\`, \`or\` and \`not\` on true and false. \
Words, options, ranges and texts are no operands.`,
  }),
  notHere: rule<{ what: string; where: string }>({
    code: "NET4014",
    severity: "error",
    message: ({ what, where }) => `${what} has no place in ${where}`,
    explanation: `Each statement belongs to certain words: \`param\` and \`buffer\` to layers and models, \`state\` and \`serve\` to optimizers, \
\`return\` to words. Functions own nothing: give a layer the parameters and call the function from it.`,
  }),
  tooDeep: rule({
    code: "NET4015",
    severity: "error",
    message: () => "this expands without end, or too far",
    help: () => "look for words that apply each other, or halve the nesting",
    explanation: `Words are expanded where they are applied. The expansion is stopped when it is nested more than a hundred words deep or \
applies more than fifty thousand words in all, which happens when words double each other (\`fn b(x) = a(a(x))\`, \
\`fn c(x) = b(b(x))\`, and so on).`,
  }),
  unknownType: rule<{ name: string }>({
    code: "NET4017",
    severity: "error",
    message: ({ name }) => `there is no type \`${name}\``,
    help: () =>
      "types are int, bool, f32, class, list, a shape `[..., n]`, options `a | b`, or a kind of word such as fn",
    explanation: `A parameter's type is a shape such as \`[h, w, c]\`, a number type with or without a shape (\`f32[n]\`, \`int\`, \`bool\`), \
\`class[v][t]\`, \`list\`, a choice of names (\`valid | same\`), or a kind of word (\`fn\`, \`layer\`, \`initializer\`, ..). Without a type a parameter takes anything.`,
  }),
  badText: rule<{ text: string }>({
    code: "NET4016",
    severity: "error",
    message: ({ text }) => `\`{${text}}\` in this message is not an expression`,
    explanation: `In the message of a \`require\`, braces hold expressions whose values are shown: \`"at least {k} rows"\`. What stands between these \
braces cannot be read as an expression.`,
  }),
} as const;
