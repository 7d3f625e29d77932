/** @file The style, case by case: what is written on the left comes out as it stands on the right. */
import * as prettier from "prettier";
import { describe, expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import { format } from "../../src/format/format.js";
import * as plugin from "../../src/format/plugin.js";

/** Formatted to 60 columns. */
const narrow = async (text: string) => (await format(new SourceFile("a.net", text), { printWidth: 60 })).text;
const keeps = async (text: string) => expect(await narrow(text)).toBe(text);

describe("models", () => {
  it("line up the names after the keywords of each paragraph", async () => {
    const text =
      "model M { input x: f32\ntarget y: f32\n\n\n\nlet h = x  output z = h\n\nloss a(z,y)\noptimizer sgd(1)\n\n h<-x }";
    expect(await narrow(text)).toBe(`model M {
  input  x: f32
  target y: f32

  let    h = x
  output z = h

  loss      a(z, y)
  optimizer sgd(1)

  h <- x
}
`);
  });

  it("keep short blocks on a line, others not, and those that the author opened", () =>
    keeps(`model M {
  data {
    image: idx("train-images.gz"),
    label: idx("train-labels.gz"),
    test: 10%
  }
  train { batch: 32, epochs: 5 }
}

model N {
  data  { image: idx("train-images.gz") }
  train { batch: 32 }
  phase one {
    epochs: 1
  }
}
`));

  it("keep the author's lines of a pipe, and break what is longer before a stage", async () => {
    await keeps(
      `model M {
  let a = image -> rescaling(1 / 255)
    -> conv2d(32, 3) -> relu
    -> flatten -> dense(10) as head
  optimizer adam(1e-3) for head, trunk.kernel
}
`.replace("let a", "let       a"),
    );
    expect(await narrow("const a = image -> conv2d(32, 3) -> relu -> max_pool2d(2) -> flatten\n")).toBe(
      "const a = image -> conv2d(32, 3) -> relu -> max_pool2d(2)\n  -> flatten\n",
    );
  });
});

describe("words", () => {
  it("have each setting on a line of its own if the header is too long", () =>
    keeps(`layer dense(
  units: int,
  activation: fn = linear,
  use_bias: bool = true
)(x: [..., n]) -> [..., units] {
  param kernel: [n, units] ~ glorot_uniform,
    regularize l2(0.1),
    frozen
    when use_bias else 0
  scan s in (if backwards then reverse(t) else t)
      with h = zeros([units]) kept when stateful,
           c = zeros([units]) kept {
    h <- h
  }
  return activation(x @ kernel)
}
`));

  it("have a blank line around blocks", async () => {
    expect(await narrow("fn a(x) = x\nfn b(x) {return x}\nfn c(x) = x\nfn d(x) = x")).toBe(
      "fn a(x) = x\n\nfn b(x) {\n  return x\n}\n\nfn c(x) = x\nfn d(x) = x\n",
    );
  });

  it("have a gradient beside a short body, else below", () =>
    keeps(`fn a(x) = exp(x)   gradient x = dout * out
fn b(x) = 1 / (1 + exp(-x))
  gradient x = dout * out * (1 - out)
fn c(x, y) = x * y
  gradient x = dout * y
  gradient y = dout * x
fn long(x) =
  0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))
`));
});

describe("expressions", () => {
  it("have blanks around operators, but for powers and ranges", async () => {
    expect(await narrow("const a=-x ^ - 2*not_b+0.9 .. 1.2\nconst b=1..t\nconst c = x[ 1:2*n , : ,... ].k\n")).toBe(
      "const a = -x^-2 * not_b + 0.9 .. 1.2\nconst b = 1..t\nconst c = x[1:2 * n, :, ...].k\n",
    );
  });

  it("break before operators and `else`, and keep all parentheses", () =>
    keeps(`const a = first_of_the_terms(1, 2)
  + second_of_them(3, 4)
  - ((third_of_them))
const b = if left == right then first_of_the_values(1)
  else if left then second_of_the_values(2)
  else third_of_the_values(3)
`));

  it("break a last list alone, rows of names as the author has them", () =>
    keeps(`const a = pad(x, [
  window_padding(height, 1, 2, 3),
  window_padding(width, 1, 2, 3),
  [0, 0]
])
const b = [
  "a", "b",
  "c", "d"
]
const c = sum[k](where(
  condition_of_the_first,
  some_long_value_of_it[k],
  0
))
`));
});

describe("comments", () => {
  it("stay where lines of their own can be, else move before the statement", async () => {
    expect(
      await narrow(`// first

fn f( // why
x) { // body
  let y = // moved
    x // end of y

  // alone
  return y + // one
    // two
    x
  // last
} // after
// end`),
    ).toBe(`// first

fn f(
  // why
  x
) {
  // moved
  // body
  let y = x // end of y

  // alone
  return y // one
    // two
    + x
  // last
} // after
// end
`);
  });
});

describe("imports", () => {
  it("are in the order of their paths, within a paragraph", async () => {
    expect(
      await narrow(`// The head of the file.

import { b, a as z } from "./z.net" // z
import { c } from "./a.net"

import { d } from "./0.net"
const x = 1`),
    ).toBe(`// The head of the file.

import { c } from "./a.net"
import { a as z, b } from "./z.net" // z

import { d } from "./0.net"

const x = 1
`);
  });
});

describe("the plugin of prettier", () => {
  it("is found by the file's name, and has 120 columns unless configured", async () => {
    const text = `const a = [${Array.from({ length: 20 }, (_, i) => `"${i}abc"`).join(",")}]`;
    const lines = (await prettier.format(text, { plugins: [plugin], filepath: "a.net" })).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBe(117);
    const narrower = await prettier.format(text, { plugins: [plugin], filepath: "a.net", printWidth: 40 });
    expect(Math.max(...narrower.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(40);
  });

  it("shows errors of syntax with their place", async () => {
    const broken = prettier.format("model {\n}", { plugins: [plugin], parser: "net" });
    await expect(broken).rejects.toThrow(
      /^NET1001: expected a name after `model`, found `\{`\n> 1 \| model \{\n {4}\| {7}\^\n/,
    );
  });

  it("leaves alone what its comments say", async () => {
    const text = `// prettier-ignore
import { z,   a } from "./z.net"
import { c } from "./c.net"
import { b } from "./b.net"

// prettier-ignore
layer twice(x) { // in the text
  return   x+x // at its end
}

// Why.
// prettier-ignore
const matrix = [
  1,  0,
    0,1
] // after it

model M {
  input x: f32[2]
  // prettier-ignore
  let   y = x
    ->  dense(2)
  output z = y->relu
}
`;
    const formatted = text
      .replace(/(import \{ c.*\n)(.*\n)/, "$2$1")
      .replace("input x", "input  x")
      .replace("y->relu", "y -> relu");
    const result = await prettier.format(text, { plugins: [plugin], parser: "net" });
    expect(result).toBe(formatted);
    expect(await prettier.format(result, { plugins: [plugin], parser: "net" })).toBe(formatted);
  });

  it("knows the marks of files that are formatted, or not", async () => {
    const options = { plugins: [plugin], parser: "net" };
    const [loose, tidy] = ["const  a=1\n", "const a = 1\n"];
    const only = (text: string) => prettier.format(text, { ...options, requirePragma: true });
    expect(await only(loose)).toBe(loose);
    expect(await only(`${loose}// @format\n`)).toBe(`${loose}// @format\n`);
    for (const mark of ["// @format", "// @prettier", "\r\n// Of iris.\r\n//   @format  "])
      expect((await only(`${mark}\r\n\r\n${loose}`)).endsWith(`\n\n${tidy}`)).toBe(true);
    for (const mark of ["// @noformat\n", "/// Of iris.\n// @noprettier\n"])
      expect(await prettier.format(mark + loose, { ...options, checkIgnorePragma: true })).toBe(mark + loose);
    const marked = await prettier.format(`/// One.\n${loose}`, { ...options, insertPragma: true });
    expect(marked).toBe(`// @format\n\n/// One.\n${tidy}`);
    expect(await prettier.format(marked, { ...options, insertPragma: true })).toBe(marked);
    expect(await only(marked.replace(tidy, loose))).toBe(marked);
  });

  it("keeps the cursor", async () => {
    const result = await prettier.formatWithCursor("const  a=1", { plugins: [plugin], parser: "net", cursorOffset: 7 });
    expect(result).toMatchObject({ formatted: "const a = 1\n", cursorOffset: 6 });
  });
});

it.each(["", "// only\n", "\n\n", "\t// a\n\n\n// b"])("an empty text, or one of comments: %j", async (text) => {
  expect(await narrow(text)).toBe(text.trim().replace(/\n{3}/, "\n\n") + (text.trim() === "" ? "" : "\n"));
});

it("leaves a text with errors alone, and says which", async () => {
  const text = "model  M {\n  let a =\n}";
  const result = await format(new SourceFile("a.net", text));
  expect(result.text).toBe(text);
  expect(result.diagnostics.map(({ severity }) => severity)).toContain("error");
});
