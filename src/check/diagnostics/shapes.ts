/** @file NET3xxx: shapes and sizes that do not fit, subscripts that leave their axis. */
import { rule } from "../../diagnostics/diagnostic.js";
import { shapeText } from "../values.js";

export const shapeRules = {
  signature: rule<{ word: string; parameter: string; expected: string; actual: string; from: string }>({
    code: "NET3001",
    severity: "error",
    message: ({ word, parameter, expected, actual, from }) =>
      `\`${word}\` takes ${parameter}: ${expected}, but got ${actual}${from}`,
    explanation: `The value's number of axes or its kind does not fit the word's signature. \`[h, w, c]\` takes exactly three axes, \
\`[..., n]\` one or more, \`[...]\` any number. Shapes are those of one example: the batch is never written. The notes show the steps \
that led to the shape; often a \`flatten\` or a \`reshape\` is missing before this step.`,
  }),
  size: rule<{ word: string; name: string; first: number; second: number; where: string }>({
    code: "NET3002",
    severity: "error",
    message: ({ word, name, first, second, where }) =>
      `\`${name}\` of \`${word}\` cannot be both ${first} and ${second}${where}`,
    explanation: `A size that is named twice in a signature must come out the same everywhere: in \
\`loss f(y: [..., n], target: [..., n])\` both last axes have \`n\` elements. Change the layer that makes one of the two values, \
or the type of the input or target.`,
  }),
  align: rule<{ left: string; right: string; operation: string; why: string }>({
    code: "NET3003",
    severity: "error",
    message: ({ left, right, operation, why }) => `${left} and ${right} do not align in \`${operation}\`${why}`,
    help: () => "shapes align from the right; an axis of size 1 stretches",
    explanation: `Element by element, shapes are laid side by side from the right: sizes must be equal, or one of them 1, and axes named \
differently in a signature never align even at equal size. For anything else say with indices what is meant: \
\`let y[i, j] = a[i] * b[j]\`.`,
  }),
  contraction: rule<{ left: string; right: string; m: number; n: number }>({
    code: "NET3004",
    severity: "error",
    message: ({ left, right, m, n }) => `${left} @ ${right}: the inner sizes ${m} and ${n} differ`,
    explanation: `In \`a @ b\` the last axis of \`a\` is summed against the last but one axis of \`b\` (its only one if it is a vector), so \
their sizes must be equal. Transpose one of them, or write the sum with indices: \`let y[i, j] = sum[k](a[i, k] * b[k, j])\`.`,
  }),
  notWhole: rule<{ what: string; value: number }>({
    code: "NET3005",
    severity: "error",
    message: ({ what, value }) => `${what} must be a whole number, but is ${value}`,
    help: () => "`/` never truncates: divide evenly, or say `floor(a / b)` or `ceil(a / b)`",
    explanation: `Sizes and settings of type \`int\` are exact: \`channels / groups\` must come out whole. The compiler never rounds silently. \
Choose numbers that divide evenly, or round on purpose with \`floor\` or \`ceil\`.`,
  }),
  rangeUnknown: rule<{ index: string }>({
    code: "NET3006",
    severity: "error",
    message: ({ index }) => `the range of the index \`${index}\` cannot be found`,
    help: ({ index }) => `write it: \`[${index} in n]\``,
    explanation: `An index runs over the axis that it subscripts alone (\`x[i]\`), or else over the largest range that keeps every \
affine read (\`x[i * 2 + 1]\`) inside. Here it does neither, or two indices depend on each other. Write the range where the index is \
bound: \`let y[i in 10] = ..\`, \`sum[a in 3](..)\`.`,
  }),
  rangeConflict: rule<{ index: string; first: number; second: number }>({
    code: "NET3007",
    severity: "error",
    message: ({ index, first, second }) =>
      `the index \`${index}\` subscripts axes of different sizes, ${first} and ${second}`,
    explanation: `An index that subscripts several axes alone runs over all of them at once, so they must have one size. Slice the \
longer one (\`x[:n]\`), pad the shorter one, or write the index's range and shift the subscript.`,
  }),
  outside: rule<{ low: number; high: number; size: number }>({
    code: "NET3008",
    severity: "error",
    message: ({ low, high, size }) =>
      low === high
        ? `subscript ${low} is outside an axis of size ${size}`
        : Number.isFinite(low) && Number.isFinite(high)
          ? `subscripts run from ${low} to ${high}, outside an axis of size ${size}`
          : `this subscript is not known to stay inside an axis of size ${size}`,
    help: () => "pad first: `pad(x, [[before, after], ..])`, or keep the subscript inside with `clamp(i, 0, n - 1)`",
    explanation: `Every read must stay inside its axis, and the compiler proves it from the ranges of the indices and from class types. \
Reads beyond the border, as at the edge of an image, are written by padding first: \`pad(x, [[1, 1], [0, 0]])\`. A subscript \
computed from numbers is kept inside by \`clamp(i, 0, n - 1)\`.`,
  }),
  reshape: rule<{ from: string; to: string; count: number; wanted: number }>({
    code: "NET3009",
    severity: "error",
    message: ({ from, to, count, wanted }) => `reshape of ${from} (${count} elements) to ${to} (${wanted} elements)`,
    explanation: `A reshape keeps all elements and their order and changes only how they are grouped, so the products of the sizes must be \
equal. \`...\` in the new shape keeps the leading axes that the other sizes do not account for.`,
  }),
  tooLarge: rule<{ axes: readonly number[]; size: number }>({
    code: "NET3010",
    severity: "error",
    message: ({ axes, size }) =>
      `a tensor of shape ${shapeText(axes)} is too large: ${size.toExponential(1)} elements with the batch`,
    explanation: `One tensor, counted with the whole batch, may have at most 2^31 elements, because its elements are numbered in \
32 bits. Make the batch or the sizes smaller.`,
  }),
  subscripts: rule<{ given: number; rank: number; value: string }>({
    code: "NET3011",
    severity: "error",
    message: ({ given, rank, value }) =>
      `${given} subscript${given === 1 ? "" : "s"} on ${value}, which has ${rank} ax${rank === 1 ? "is" : "es"}`,
    explanation: `A value takes at most as many subscripts as it has axes; missing ones at the end stand for whole axes. The batch is \
not an axis: inside a model every value is that of one example.`,
  }),
  axis: rule<{ axis: string; value: string }>({
    code: "NET3012",
    severity: "error",
    message: ({ axis, value }) => `${value} has no axis ${axis}`,
    explanation: `\`over:\` takes positions (0 is the first axis, -1 the last), sizes named in the signature, \`...\` for the row of \
axes, and \`batch\`. The value reduced here has no such axis.`,
  }),
  result: rule<{ word: string; expected: string; actual: string }>({
    code: "NET3013",
    severity: "error",
    message: ({ word, expected, actual }) => `\`${word}\` promises ${expected}, but gives ${actual}`,
    explanation: `The shape written after \`->\` in a word's signature is checked against what its body returns. One of the two is \
wrong; a result shape may also be left out.`,
  }),
  unsolvable: rule<{ size: string }>({
    code: "NET3014",
    severity: "error",
    message: ({ size }) => `the size ${size} cannot be solved`,
    help: () => "a size in a signature is a name, or `a * n + b` with one unknown name",
    explanation: `Sizes in a signature are solved from the values that are given: \`n\`, or an expression \`a * n + b\` with one name that is not \
known yet. Here a name stays open, or the equation has no whole solution.`,
  }),
  manyAxes: rule<{ word: string; actual: string; target: string; expected: string; cause: string }>({
    code: "NET3015",
    severity: "error",
    message: ({ word, actual, target, expected, cause }) =>
      `\`${word}\` compares ${actual} with ${target}, which is ${expected}${cause}`,
    explanation: `A layer such as \`dense\` works on the last axis and leaves the others in place: applied to an image [13, 13, 32] it gives \
[13, 13, 10], one answer per pixel. If one answer per example is meant, the image must become a vector first: \
\`image -> flatten -> dense(10)\`.`,
  }),
  carried: rule<{ name: string; before: string; after: string }>({
    code: "NET3016",
    severity: "error",
    message: ({ name, before, after }) => `the carried \`${name}\` starts as ${before} but becomes ${after}`,
    explanation: `What a scan carries from step to step keeps its shape and type. Start it with a value of the shape that the body gives, \
such as \`h = zeros([units])\`.`,
  }),
  notAnIndex: rule<{ actual: string }>({
    code: "NET3017",
    severity: "error",
    message: ({ actual }) => `a subscript must be a whole number, a class or an index, not ${actual}`,
    explanation: `Subscripts are indices, whole constants, classes, or whole-number arithmetic on these. A number computed by the network is \
not a place: round it with \`floor\` and keep it inside with \`clamp\`, or use \`argmax\`, which gives a class.`,
  }),
  instanceShape: rule<{ path: string; first: string; second: string }>({
    code: "NET3019",
    severity: "error",
    message: ({ path, first, second }) =>
      `the shared parameter \`${path}\` cannot have both shapes ${first} and ${second}`,
    explanation: `An instance made by \`use\` has one set of weights for all its applications, so each application must lead to the same \
shapes. Apply it to values of the same shape, or give each place an instance of its own by applying the word directly.`,
  }),
  unequal: rule<{ word: string; shapes: string }>({
    code: "NET3020",
    severity: "error",
    message: ({ word, shapes }) => `\`${word}\` cannot join ${shapes}`,
    explanation: `Values that are concatenated agree in every axis but the one along which they are joined (the last one, or \`over:\`). \
Flatten or reshape them to the same number of axes first.`,
  }),
} as const;
