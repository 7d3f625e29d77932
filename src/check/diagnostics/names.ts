/** @file NET2xxx: names that are unknown, used in the wrong place, or given twice. */
import { replaceBySuggestion, rule } from "../../diagnostics/diagnostic.js";

const didYouMean = (p: { suggestion: string | undefined }): string | undefined =>
  p.suggestion === undefined ? undefined : `did you mean \`${p.suggestion}\`?`;

export const nameRules = {
  unknownName: rule<{ name: string; suggestion: string | undefined }>({
    code: "NET2001",
    severity: "error",
    message: ({ name }) => `no value is called \`${name}\` here`,
    help: didYouMean,
    fix: replaceBySuggestion,
    explanation: `A name stands for an input, target, \`let\`, \`param\`, \`const\`, an index, a setting, or a size named in a signature, \
and it must be declared before it is used. Words such as \`relu\` are not values: they are applied, \`x -> relu\` or \`relu(x)\`. \
Check the spelling, or declare the value above this line with \`let name = ..\`.`,
  }),
  unknownWord: rule<{
    name: string;
    kind: string;
    suggestion: string | undefined;
    origin: string | undefined;
    spelling: string | undefined;
  }>({
    code: "NET2002",
    severity: "error",
    message: ({ name, kind }) => `there is no ${kind} \`${name}\``,
    help: ({ suggestion, origin, spelling }) =>
      suggestion === undefined
        ? spelling && `that is written \`${spelling}\` here`
        : origin
          ? `\`${origin}\` is called \`${suggestion}\` here`
          : `did you mean \`${suggestion}\`?`,
    fix: replaceBySuggestion,
    explanation: `Layers, losses, activations and functions share one set of words; initializers, regularizers, constraints, schedules \
and optimizers have a set each, which is looked up where that kind is due. The word is in none of the sets that are visible here: not \
in this file, not imported, not in the library. Example: \`x -> sofmax\` should read \`x -> softmax\`. A word from another file \
is brought in by \`import { name } from "./file.net"\`.`,
  }),
  wordAsValue: rule<{ name: string }>({
    code: "NET2003",
    severity: "error",
    message: ({ name }) => `\`${name}\` is a word, not a value`,
    help: ({ name }) => `apply it: \`${name}(x)\` or \`x -> ${name}\``,
    explanation: `A word (fn, layer, loss, metric, ..) can be applied, or handed to a setting that takes a word, such as \
\`activation: relu\`. Anywhere else an expression needs a value. Write \`relu(x)\` or \`x -> relu\` for the word's result.`,
  }),
  duplicateName: rule<{ name: string }>({
    code: "NET2004",
    severity: "error",
    message: ({ name }) => `\`${name}\` is declared twice`,
    explanation: `Inputs, targets, outputs, parameters, instances and words each need a name of their own in the model or file that \
declares them, because data, weights and generated code are found by these names. Rename one of the two. \
(A \`let\` may reuse a name: it then means the new value from there on.)`,
  }),
  unknownImport: rule<{ name: string; path: string; suggestion: string | undefined }>({
    code: "NET2005",
    severity: "error",
    message: ({ name, path }) => `"${path}" has no word or constant \`${name}\``,
    help: didYouMean,
    fix: replaceBySuggestion,
    explanation: `\`import { a, b as c } from "./file.net"\` brings words and constants of another file into this one. The file was found, \
but it declares nothing of that name; models are not imported. Check the spelling, or declare it there.`,
  }),
  missingFile: rule<{ path: string }>({
    code: "NET2006",
    severity: "error",
    message: ({ path }) => `cannot read "${path}"`,
    help: () => "paths are relative to the file that names them",
    explanation: `An \`import .. from "path"\` or \`class[from "path"]\` names a file that could not be read. Paths are relative to the \
\`.net\` file in which they are written. Check the spelling and that the file exists.`,
  }),
  importsItself: rule<{ path: string }>({
    code: "NET2007",
    severity: "error",
    message: ({ path }) => `"${path}" imports itself`,
    explanation: `A file cannot import from itself, directly or through other files that it imports: the order in which its words \
would be declared has no beginning. Move the shared words to a third file that both import.`,
  }),
  recursion: rule<{ name: string }>({
    code: "NET2008",
    severity: "error",
    message: ({ name }) => `\`${name}\` applies itself`,
    help: () => "repeat with `-> word * n`, or loop with `scan`",
    explanation: `Words are expanded where they are applied, so a word that applies itself, directly or through others, would never \
end. Repetition is written \`x -> block * 3\`, a loop over a sequence \`scan i in t with h = .. { .. }\`.`,
  }),
  unknownMember: rule<{ of: string; name: string; suggestion: string | undefined }>({
    code: "NET2009",
    severity: "error",
    message: ({ of, name }) => `\`${of}\` has no parameter \`${name}\``,
    help: didYouMean,
    // Of a longer path the place is the last name only.
    fix: (p, span) => (p.name.includes(".") ? undefined : replaceBySuggestion(p, span)),
    explanation: `\`head.kernel\` reads the parameter \`kernel\` of the instance that \`as head\` or \`use head = ..\` named, for instance to \
tie two layers' weights. The instance must have been applied before, because its shapes are known only then.`,
  }),
  notAnInstance: rule<{ name: string }>({
    code: "NET2010",
    severity: "error",
    message: ({ name }) => `\`${name}\` is not an instance: only instances own parameters`,
    help: () => "name a step with `as name`, or make an instance with `use name = ..`",
    explanation: `Before a dot, and after \`optimizer .. for\`, stands an instance: a step named by \`-> dense(32) as head\` or made by \
\`use head = dense(32)\`. A \`let\` names a value, which owns no parameters.`,
  }),
  notAssignable: rule<{ name: string; what: string }>({
    code: "NET2011",
    severity: "error",
    message: ({ name, what }) => `\`${name}\` cannot be assigned: it is ${what}`,
    help: () => "`<-` is for buffers, states, carried names of a scan, and `param` and `grad` in optimizers",
    explanation: `\`name <- value\` changes what a name stands for from there on and stores the last value. That makes sense for buffers \
(in training), for states of an optimizer, for the names that a \`scan\` carries, and for \`param\` and \`grad\` inside optimizers. \
For everything else write \`let name = value\`.`,
  }),
  notAWord: rule<{ what: string }>({
    code: "NET2012",
    severity: "error",
    message: ({ what }) => `a word is due here, not ${what}`,
    help: () => "after `->` stands a word: `x -> dense(10)`",
    explanation: `After \`->\`, right of \`use\`, \`~\`, \`optimizer\`, and for settings of kind \`fn\`, \`layer\` and so on, a word is due, \
with its settings in parentheses. Arithmetic after a stage needs parentheses around the pipe: \`(x -> relu) + 1\`.`,
  }),
} as const;
