/** @file A word used wrongly - unknown or missing setting, wrong option, wrong kind, missing value, wrong rank - is told with its signature. */
import { describe, expect, test } from "vitest";
import { pageOf } from "../../src/check/word-page.js";
import type { Word } from "../../src/check/scope.js";
import { createProject } from "../../src/compiler/project.js";
import type { Parameter, TypeExpression } from "../../src/syntax/ast.js";

const path = "model.net";
const project = createProject({ readText: () => undefined, resolve: (specifier) => specifier });
const sets = ["word", "optimizer", "schedule", "initializer", "regularizer", "constraint"] as const;
const words = sets.flatMap((set) => [...project.library.names(set)].map((name) => project.library.word(set, name)!));

/** A value that a setting takes, by its type. */
function fitting(type: TypeExpression | undefined): string {
  if (type?.kind === "shape") return "2";
  if (type?.kind === "options") return type.options[0]!.text;
  const some = { int: "2", bool: "true", list: "[1]", fn: "relu", layer: "dense(2)", range: "0.1", schedule: "0.1" };
  return some[type?.name.text as keyof typeof some] ?? "0.5";
}
/** Settings without a default, and one more. */
function settingsOf(word: Word, name?: string, value?: string): string {
  const required = (word.declaration.settings?.parameters ?? []).filter((p) => !p.default && p.name.text !== name);
  const written = required.map((p) => `${p.name.text}: ${fitting(p.type)}`);
  return [...written, ...(name === undefined ? [] : [`${name}: ${value}`])].join(", ");
}

/** A model that uses the word, on numbers of this shape, with these words in its parentheses. */
function using(word: Word, inside: string, shape = "[3]"): string {
  const { name, declaration } = word;
  const stage = `${name}(${inside})`;
  const call = `${name}(y, t${inside && `, ${inside}`})`;
  const place = {
    fn: `output z = y -> ${stage}`,
    layer: `output z = y -> ${stage}`,
    loss: `loss ${call}\n  optimizer sgd()`,
    metric: `metric ${call}`,
    optimizer: `loss sum(y)\n  optimizer ${stage}`,
    schedule: `loss sum(y)\n  optimizer sgd(${stage})`,
    initializer: `param w: ${shape} ~ ${stage}\n  output z = w`,
    regularizer: `param w: ${shape} ~ zeros, regularize ${stage}\n  loss sum(y + w)\n  optimizer sgd()`,
    constraint: `param w: ${shape} ~ zeros, constrain ${stage}\n  loss sum(y + w)\n  optimizer sgd()`,
  }[declaration.word];
  return `model Wrong {
  input  x: f32${shape}
  target t: f32${shape}
  param  p: ${shape} ~ zeros
  let    y = x + p
  ${place}
}`;
}
function expectSignature(word: Word, source: string): void {
  project.setText(path, source);
  const { diagnostics } = project.check(path)!;
  const shown = diagnostics.map(({ severity, message, signature }) => `${severity}: ${message} (${signature})`);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  // One mistake, one message.
  expect(
    errors.map(({ signature }) => signature),
    `${source}\n${shown.join("\n")}`,
  ).toEqual([pageOf(word).signature]);
}
const titled = (chosen: readonly Word[]) =>
  chosen.map((word) => [`${word.declaration.word} ${word.name}`, word] as const);
const settingsWith = (holds: (parameter: Parameter) => boolean) =>
  words.flatMap((word) =>
    (word.declaration.settings?.parameters ?? [])
      .filter(holds)
      .map(({ name }) => [`${word.declaration.word} ${word.name}: ${name.text}`, word, name.text] as const),
  );

test("signatures are whole", () => {
  const of = (name: string) => pageOf(project.library.word("word", name)!).signature;
  expect(of("leaky_relu")).toBe("fn leaky_relu(negative_slope = 0.2)(x)");
  expect(of("global_max_pool1d")).toBe("layer global_max_pool1d(x: [t, c]) -> [c]");
});

describe("unknown setting", () => {
  test.each(titled(words))("%s", (_, word) => {
    expectSignature(word, using(word, settingsOf(word, "no_such_setting", "1")));
  });
});

describe("missing setting", () => {
  const needing = words.filter(({ declaration }) => declaration.settings?.parameters.some((p) => !p.default));
  test.each(titled(needing))("%s", (_, word) => expectSignature(word, using(word, "")));
});

describe("wrong option", () => {
  test.each(settingsWith(({ type }) => type?.kind === "options"))("%s", (_, word, name) => {
    expectSignature(word, using(word, settingsOf(word, name, "no_such_option")));
  });
});

describe("wrong kind of value", () => {
  test.each(settingsWith(({ type }) => type?.kind === "shape" || (type?.kind === "named" && type.name.text === "int")))(
    "%s",
    (_, word, name) => expectSignature(word, using(word, settingsOf(word, name, '"many"'))),
  );
});

describe("missing value", () => {
  const two = words.filter(({ declaration: { word, values } }) => {
    const first = values?.parameters.slice(0, 2) ?? [];
    return (word === "loss" || word === "metric") && first.length === 2 && first.every((p) => !p.default);
  });
  test.each(titled(two))("%s", (_, word) => {
    expectSignature(word, using(word, settingsOf(word)).replace("(y, t", "(y"));
  });
});

describe("wrong rank", () => {
  const ranked = words.filter(({ declaration: { word, values } }) => {
    const type = values?.parameters[0]?.type;
    // Without `...` seven axes are too many; beside `...` no axis is too few, but for an optimizer.
    const [rest, sized] = [true, false].map((is) =>
      type?.kind === "shape" ? type.shape.axes.some((axis) => (axis.kind === "rest") === is) : false,
    );
    return sized && word !== "fn" && !(rest && word === "optimizer");
  });
  test.each(titled(ranked))("%s", (_, word) => {
    const { type } = word.declaration.values!.parameters[0]!;
    const anyNumber = type?.kind === "shape" && type.shape.axes.some((axis) => axis.kind === "rest");
    expectSignature(word, using(word, settingsOf(word), anyNumber ? "[]" : "[1, 1, 1, 1, 1, 1, 1]"));
  });
});
