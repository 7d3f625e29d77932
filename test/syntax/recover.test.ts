/** @file With any one line half typed, every other statement and declaration is still in the tree. */
import { describe, expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import type { File, ModelItem, Statement } from "../../src/syntax/ast.js";
import { parse } from "../../src/syntax/parse.js";

const sample = `import { residual } from "./blocks.net"
const width = 64

/// A layer.
layer dense(units: int, activation: fn = identity,
            kernel_initializer: initializer = glorot_uniform)
    (x: [..., n]) -> [..., units] {
  require units > 0, "no units"
  param kernel: [n, units] ~ kernel_initializer, regularize none
  param bias: [units] ~ zeros when use_bias else 0
  use inner = dropout(0.5)
  scan i in t with h = zeros([units]) kept when stateful {
    let [a, b] = split(x[i] @ kernel, 2)
    h <- a * h + b
    scan j in t {
      let row[j] = h
    }
  }
  return activation(x @ kernel + bias)
}

fn sigmoid(x) = 1 / (1 + exp(-x))   gradient x = dout * out

optimizer momentum(rate = 0.1)(param, grad) {
  state m = 0
  m <- rate * m + grad
  param <- param - m
  serve average
}

model Digits {
  input  image: f32[28, 28, 1]
  target label: class[10]
  let logits = image -> conv2d(32, 3) -> relu
    -> flatten -> dense(10) as head
  output digit = softmax(logits)
  buffer seen: [] = 0
  loss   cross_entropy(digit, label)
  metric accuracy(digit, label)
  optimizer adam(1e-3) for head
  data  { images: idx, labels: idx }
  train {
    batch: 32,
    epochs: 10
  }
}
`;

interface Entry {
  /** What must still be found: the text, or the head of what holds statements. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** All declarations and statements, also inside each other. */
function entries({ source, declarations }: File): readonly Entry[] {
  const found: Entry[] = [];
  const add = (key: string, { start, end }: { start: number; end: number }) => found.push({ key, start, end });
  const visit = (entry: Statement | ModelItem): void => {
    if (entry.kind !== "scan") return void add(source.text.slice(entry.span.start, entry.span.end), entry.span);
    add(`scan ${entry.index.text}`, { start: entry.span.start, end: source.text.indexOf("\n", entry.span.start) });
    entry.body.statements.forEach(visit);
  };
  for (const declaration of declarations) {
    const lineEnd = { start: declaration.span.start, end: source.text.indexOf("\n", declaration.span.start) };
    if (declaration.kind === "model") {
      add(`model ${declaration.name.text}`, lineEnd);
      declaration.items.forEach(visit);
    } else if (declaration.kind === "word" && "statements" in declaration.body) {
      add(`${declaration.word} ${declaration.name.text}`, lineEnd);
      declaration.body.statements.forEach(visit);
    } else add(source.text.slice(declaration.span.start, declaration.span.end), declaration.span);
  }
  return found;
}

const sound = parse(new SourceFile("x", sample));

/** Replaces a line by something; what is not on the line must survive, and one or two messages say what is wrong. */
function expectRest(lineStart: number, lineEnd: number, replacement: string): void {
  const text = sample.slice(0, lineStart) + replacement + sample.slice(lineEnd);
  const { file, diagnostics } = parse(new SourceFile("x", text));
  const found = entries(file).map(({ key }) => key);
  for (const { key, start, end } of entries(sound.file)) {
    if (start <= lineEnd && end >= lineStart) continue;
    const i = found.indexOf(key);
    expect(i, `with the line ${JSON.stringify(replacement)} this is lost: ${key}`).toBeGreaterThanOrEqual(0);
    found.splice(i, 1);
  }
  expect(diagnostics.length, replacement).toBeLessThanOrEqual(2);
}

describe("recovery", () => {
  it("has a sound sample", () => {
    expect(sound.diagnostics).toEqual([]);
    expect(entries(sound.file).length).toBe(30);
  });

  it("keeps the rest where a line ends anywhere", () => {
    let cases = 0;
    for (let start = 0; start < sample.length;) {
      const end = sample.indexOf("\n", start);
      const line = sample.slice(start, end);
      for (const { index, 0: part } of line.matchAll(/\w+|[^\s\w]+/g)) {
        if (index + part.length < line.length) expectRest(start, end, line.slice(0, index + part.length));
        cases += 1;
      }
      start = end + 1;
    }
    expect(cases).toBeGreaterThan(250);
  });

  it.each([
    "let x = f(",
    "let x = [1, 2",
    "x = 3",
    "let",
    "foo",
    "let x = a +",
    'let x = "abc',
    "let x = $",
    "if a then b",
  ])("keeps the rest beside the line %s", (text) => {
    for (const before of ["  use inner", "    h <- a", "  state m", "  output digit", "  loss "]) {
      const start = sample.indexOf(before);
      expectRest(start, sample.indexOf("\n", start), `  ${text}`);
    }
  });

  it("leaves the half of a line in the tree, with what is absent as missing", () => {
    const { file } = parse(new SourceFile("x", "model M {\n  let y = x -> dense(\n  output z = y.\n  loss f(y, )\n}"));
    const [model] = file.declarations;
    expect(model).toMatchObject({
      name: { text: "M" },
      items: [
        { kind: "let", value: { kind: "pipe", stages: [{ word: { kind: "call", callee: { name: "dense" } } }] } },
        { kind: "output", name: { text: "z" }, value: { kind: "missing" } },
        {
          kind: "loss",
          value: { kind: "call", arguments: [{ value: { name: "y" } }, { value: { kind: "missing" } }] },
        },
      ],
    });
  });

  it("does not need indentation", () => {
    const { file, diagnostics } = parse(
      new SourceFile(
        "x",
        "model M {\ninput x: f32\nlet y =\nloss f(x)\nmetric g(x)\n}\nfn f(x) {\nlet a = \nreturn x\n}",
      ),
    );
    expect(file.declarations.map(({ kind }) => kind)).toEqual(["model", "word"]);
    expect(file.declarations[0]).toMatchObject({
      items: [{ kind: "input" }, { kind: "let" }, { kind: "loss" }, { kind: "metric" }],
    });
    expect(diagnostics.length).toBe(2);
  });

  it("says what is wrong where braces do not match", () => {
    const { diagnostics } = parse(new SourceFile("x", "fn f(x) {\n  return x\n}\n}\nfn g(x) = x\n"));
    expect(diagnostics.map(({ message }) => message)).toEqual([
      "expected the end of the declaration after `}`, found `}`",
    ]);
  });
});
