/** @file NET3021 to NET3024: sequences with padding. */
import { rule } from "../../diagnostics/diagnostic.js";

export const sequenceRules = {
  moved: rule<{ what: string; value: string; axis: string }>({
    code: "NET3021",
    severity: "error",
    message: ({ what, value, axis }) => `${what} does not keep the sequence \`${axis}\` of ${value} in place`,
    help: () => "say what its padding is: `fill(x, 0)` makes it an axis like any other",
    explanation: `Each example has its own number of items along an axis declared as \`[t <= 40]\`, and what comes after them, the padding, \
cannot be seen: reductions skip it and scans pass over it. Reshaping, slicing, padding or subscripts such as \`x[i + 1]\` would bring it \
among the items. \`fill(x, 0)\` is x with 0 in place of the padding; its axis has the declared size and is an axis like any other. Element \
0 of a sequence is always an item, and \`x[i]\` with an index over t, in a scan too, needs no \`fill\`.`,
  }),
  mixed: rule<{ what: string }>({
    code: "NET3022",
    severity: "error",
    message: ({ what }) => `${what} stands for two sequences, each with its own length`,
    help: () => "give both ports the same name of the dimension (`[t <= 40]`), or `fill` one of them",
    explanation: `Two sequences agree only if they have the same length in every example. Ports that name one dimension, \`[t <= 40]\` in both, \
do; two names are two lengths, even of one largest size, and masks made apart are two as well. \`fill(x, 0)\` makes of a sequence an \
axis like any other.`,
  }),
  dimension: rule<{ name: string; why: string }>({
    code: "NET3023",
    severity: "error",
    message: ({ name, why }) => `the sequence of \`${name}\` ${why}`,
    explanation: `A port holds at most one sequence, as its first axis: \`class[5000][t <= 40]\`, \`f32[t <= 40, 13]\`. Its dimension has a \
name, which all ports of the same length share, each with the same largest length.`,
  }),
  mask: rule<{ axis: string; actual: string }>({
    code: "NET3024",
    severity: "error",
    message: ({ axis, actual }) =>
      `\`mask\` takes truth values [${axis}], one for each element of the first axis, but got ${actual}`,
    explanation: `\`mask(x, keep)\` hides the elements of x's first axis where \`keep\` is false, as if they were padding: \
\`mask(x, any(x != 0, over: -1))\`.`,
  }),
} as const;
