/** @file Sound texts become the right trees, with the right places. */
import { describe, expect, it } from "vitest";
import { SourceFile } from "../../src/base/source.js";
import type { Declaration, ModelItem, Statement, TypeExpression } from "../../src/syntax/ast.js";
import { parse } from "../../src/syntax/parse.js";
import { children, nodeAt, pathAt, walk, type SyntaxNode } from "../../src/syntax/walk.js";
import { sketch } from "./sketch.js";

function parsed(text: string): readonly Declaration[] {
  const { file, diagnostics } = parse(new SourceFile("test.net", text));
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return file.declarations;
}
/** The members of a union that may have the kind. */
type OfKind<T, K> = T extends { readonly kind: infer U } ? (K extends U ? T : never) : never;
const only = <T extends { kind: string }, K extends T["kind"]>(entry: T | undefined, kind: K): OfKind<T, K> => {
  expect(entry?.kind).toBe(kind);
  return entry as OfKind<T, K>;
};
const expression = (text: string): string => sketch(only(parsed(`const x = ${text}`)[0], "const").value);
const statement = (text: string): Statement => {
  const { body } = only(parsed(`fn f(x) {\n${text}\n}`)[0], "word");
  return "statements" in body ? body.statements[0]! : expect.fail("no block");
};
const item = (text: string): ModelItem => only(parsed(`model M {\n${text}\n}`)[0], "model").items[0]!;
const typeText = (type: TypeExpression): string =>
  type.kind === "options"
    ? type.options.map(({ text }) => text).join(" | ")
    : type.kind === "shape"
      ? `[${type.shape.axes.map(sketch).join(", ")}]`
      : type.name.text + type.shapes.map(({ axes }) => `[${axes.map(sketch).join(", ")}]`).join("");

describe("expressions", () => {
  it.each([
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["a * b @ c / d", "(((a * b) @ c) / d)"],
    ["a ^ b ^ c", "(a ^ (b ^ c))"],
    ["-x^2", "(- (x ^ 2))"],
    ["2 ^ -x ^ y * 3", "((2 ^ (- (x ^ y))) * 3)"],
    ["-a * b", "((- a) * b)"],
    ["a * -b + c", "((a * (- b)) + c)"],
    ["- - a", "(- (- a))"],
    ["not a == b and c or d", "(((not (a == b)) and c) or d)"],
    ["not not a", "(not (not a))"],
    ["a or b and c", "(a or (b and c))"],
    ["a + 1 .. b * 2 == c", "(((a + 1) .. (b * 2)) == c)"],
    ["0.9..1.2", "(0.9 .. 1.2)"],
    ["1..t", "(1 .. t)"],
    ["(a + b) * c", "((a + b) * c)"],
    ["if a then b else if c then d else e + 1", "(if a then b else (if c then d else (e + 1)))"],
    ["sum[d, k in n](a[d] * b[k])", "sum[d, k in n]((a[d] * b[k]))"],
    ["max[a in ph, b in pw](p[i * sh + a, ...])", "max[a in ph, b in pw](p[((i * sh) + a), ...])"],
    ["k[:, 2 * n:, :5, 1:2]", "k[:, (2 * n):, :5, 1:2]"],
    ["f(x, over: [batch, ...])(y).kernel[0]", "f(x, over: [batch, ...])(y).kernel[0]"],
    ["a + b -> f", "((a + b) -> f)"],
    ["x -> f(1)(2)[i].g * 3 as head -> h * (n + 1)", "(x -> f(1)(2)[i].g * 3 as head -> h * (n + 1))"],
    ["(x -> f) + 1", "((x -> f) + 1)"],
    ["[[0, 1], [..., n], []]", "[[0, 1], [..., n], []]"],
    ["param + loss(target) * data", "(param + (loss(target) * data))"],
    ['"a\\n\\"\\u{1F600}\\\\ {kh}"', '"a\\n\\"😀\\\\ {kh}"'],
    ["80%", "0.8"],
    ["2.5e-3", "0.0025"],
  ])("%s", (text, tree) => expect(expression(text)).toBe(tree));

  it("know the parentheses around them", () => {
    const { value } = only(parsed("const x = ((a + b)) * c")[0], "const");
    expect(value.kind === "binary" && value.left).toMatchObject({
      span: { start: 12, end: 17 },
      parentheses: [
        { start: 11, end: 18 },
        { start: 10, end: 19 },
      ],
    });
    expect(value.parentheses).toBeUndefined();
  });

  it("take degrees to radians, and keep the unit", () => {
    const { value } = only(parsed("const x = 180deg")[0], "const");
    expect(value).toMatchObject({ kind: "number", value: Math.PI, unit: "deg" });
  });
});

describe("words", () => {
  it("have settings and values", () => {
    const word = only(
      parsed(
        "layer c(kernel_size: [kh, kw], padding: valid | same = valid, f: fn = g)(x: class[v][t <= 40], y = 2) = x",
      )[0],
      "word",
    );
    const shown = (group: typeof word.values) =>
      group?.parameters.map(({ name, type, default: value }) =>
        [name.text, type && typeText(type), value && sketch(value)].join(" "),
      );
    expect(shown(word.settings)).toEqual(["kernel_size [kh, kw] ", "padding valid | same valid", "f fn g"]);
    expect(shown(word.values)).toEqual(["x class[v][(t <= 40)] ", "y  2"]);
  });

  it("with one group have values only, with none neither", () => {
    expect(only(parsed("fn f(x) = x")[0], "word")).toMatchObject({ settings: undefined, values: { parameters: [{}] } });
    expect(only(parsed("fn f = 1")[0], "word")).toMatchObject({ settings: undefined, values: undefined });
    expect(only(parsed("fn f()(x) = x")[0], "word")).toMatchObject({ settings: { parameters: [] } });
  });

  it("have results, blocks and gradients", () => {
    const [layer, fn] = parsed(
      "layer l(n: int)(x) -> if n > 1 then [..., n] else [] { return x }\nfn s(x, y) = x gradient x = dout surrogate y = 0",
    );
    expect(only(layer, "word")).toMatchObject({ word: "layer", result: { kind: "if", otherwise: { kind: "shape" } } });
    expect(only(fn, "word").gradients.map(({ kind, name, value }) => [kind, name.text, sketch(value)])).toEqual([
      ["gradient", "x", "dout"],
      ["surrogate", "y", "0"],
    ]);
  });
});

describe("statements", () => {
  it("let: indices, patterns, types", () => {
    const indexed = only(statement("let y[i * s + a, j in 2 * n, ...] = x"), "let");
    expect(indexed.target.kind === "name" && indexed.target.indices?.map(sketch)).toEqual([
      "((i * s) + a)",
      "j in (2 * n)",
      "...",
    ]);
    expect(only(statement("let [a, b]: f32[2] = x"), "let")).toMatchObject({
      target: { kind: "names", names: [{ text: "a" }, { text: "b" }] },
      type: { kind: "named", name: { text: "f32" } },
    });
  });

  it("param: everything at once", () => {
    const param = only(
      statement(
        "param k[j]: [n, 4 * u] ~ if a then b else c, regularize l2(1), frozen, constrain non_neg when d else 0",
      ),
      "param",
    );
    expect(param.shape.axes.map(sketch)).toEqual(["n", "(4 * u)"]);
    expect(sketch(param.initializer)).toBe("(if a then b else c)");
    expect(param.options.map((option) => [option.kind, "value" in option && sketch(option.value)])).toEqual([
      ["regularize", "l2(1)"],
      ["frozen", false],
      ["constrain", "non_neg"],
    ]);
    expect(param).toMatchObject({
      name: { text: "k" },
      when: { condition: { name: "d" }, otherwise: { value: 0 } },
    });
  });

  it("buffer, state, assignment, require, serve", () => {
    expect(only(statement("buffer m: [n] = 0"), "buffer").initial.kind).toBe("value");
    expect(only(statement("buffer m: [n] ~ zeros when c else 1"), "buffer")).toMatchObject({
      initial: { kind: "initializer" },
      when: {},
    });
    expect(only(statement("state p: [] = 1"), "state").shape?.axes).toEqual([]);
    expect(only(statement("state p = 1"), "state").shape).toBeUndefined();
    expect(sketch(only(statement("param <- param - 1"), "assign").value)).toBe("(param - 1)");
    expect(only(statement('require a, "b {c}"'), "require").message.value).toBe("b {c}");
    expect(sketch(only(statement("serve average"), "serve").value)).toBe("average");
  });

  it("scan: carried values", () => {
    const scan = only(
      statement("scan i in 1..t with h = 0 kept when s, c = 1 kept, d = 2 { h <- d let all[i] = h }"),
      "scan",
    );
    expect(sketch(scan.range)).toBe("(1 .. t)");
    expect(
      scan.carried.map(({ name, kept, when }) => [name.text, kept, when?.condition && sketch(when.condition)]),
    ).toEqual([
      ["h", true, "s"],
      ["c", true, undefined],
      ["d", false, undefined],
    ]);
    expect(scan.body.statements.map(({ kind }) => kind)).toEqual(["assign", "let"]);
  });
});

describe("models", () => {
  it("have ports, objectives, optimizers and configuration", () => {
    expect(typeText(only(item('input w: class[from "w.txt"][t <= 9]'), "input").type)).toBe(
      'class[from "w.txt"][(t <= 9)]',
    );
    expect(only(item("loss -a"), "loss")).toMatchObject({ name: undefined, value: { kind: "unary" } });
    expect(only(item("metric errors = y != t"), "metric").name?.text).toBe("errors");
    const optimizer = only(item("optimizer a -> b(1) for trunk, head.kernel"), "optimizer");
    expect(optimizer.paths.map((path) => path.map(({ text }) => text).join("."))).toEqual(["trunk", "head.kernel"]);
    const data = only(item("data { images: idx, augment image: rotate(10deg) -> zoom(0.9..1.2) }"), "data");
    expect(data.entries.map(({ key, name }) => [key.text, name?.text])).toEqual([
      ["images", undefined],
      ["augment", "image"],
    ]);
    expect(only(item("phase one { only: [a], epochs: 5 }"), "phase").name?.text).toBe("one");
  });

  it("keep the order of the text, with statements among the items", () => {
    const { items } = only(parsed("model M { loss a let b = 1 input c: f32 d <- b param e: [] ~ z }")[0], "model");
    expect(items.map(({ kind }) => kind)).toEqual(["loss", "let", "input", "assign", "param"]);
  });
});

describe("imports and documentation", () => {
  it("reads imports", () => {
    expect(only(parsed('import { a, layer as b } from "./x.net"')[0], "import")).toMatchObject({
      items: [
        { name: { text: "a" }, as: undefined },
        { name: { text: "layer" }, as: { text: "b" } },
      ],
      from: { value: "./x.net" },
    });
  });

  it("attaches /// lines right above, and nothing else", () => {
    const [f, g, h] = parsed(
      "/// One.\r\n///  Two.\r\nfn f(x) = x /// not above\n// plain\nfn g(x) = x\n/// far\n\nfn h(x) = x",
    );
    expect([f, g, h].map((word) => only(word, "word").documentation)).toEqual(["One.\n Two.", undefined, undefined]);
    expect(only(item("/// The image.\n  input x: f32"), "input").documentation).toBe("The image.");
  });

  it("collects comments in order", () => {
    const { comments } = parse(new SourceFile("x", "// a\nfn f(x) = x // b\n/// c\n//// d")).file;
    expect(comments.map(({ text, documentation }) => [text, documentation])).toEqual([
      ["// a", false],
      ["// b", false],
      ["/// c", true],
      ["//// d", false],
    ]);
  });
});

describe("places", () => {
  it("are UTF-16 offsets; line ends, tabs and a byte order mark do no harm", () => {
    const text = '\uFEFF// 😀\r\nconst s = "😀"\r\n\tconst y = (a +\r\n\tb) * c\r\n';
    const [, y] = parsed(text);
    const { value, name, span } = only(y, "const");
    const at = (span: { start: number; end: number }) => text.slice(span.start, span.end);
    expect(at(name.span)).toBe("y");
    expect(at(span)).toBe("const y = (a +\r\n\tb) * c");
    expect(at(value.span)).toBe("(a +\r\n\tb) * c");
    expect(value.kind === "binary" && at(value.left.span)).toBe("a +\r\n\tb");
    expect(value.kind === "binary" && at(value.operatorSpan)).toBe("*");
  });

  it("of children lie inside their parents, in order", () => {
    const text =
      "layer l(n: int = 2)(x: [..., k]) -> [k] {\n  let y[i] = sum[j in k](x[i, j] * -2) -> f(over: n) as g\n  return y\n}";
    const { file } = parse(new SourceFile("x", text));
    let visited = 0;
    walk(file, (node) => {
      visited += 1;
      const inside = children(node).map(({ span }) => span);
      expect(inside.map(({ start }) => start)).toEqual(inside.map(({ start }) => start).toSorted((a, b) => a - b));
      expect(inside.every(({ start, end }) => start >= node.span.start && end <= node.span.end)).toBe(true);
    });
    expect(visited).toBeGreaterThan(30);
  });

  it("find their nodes", () => {
    const text = "const width = 3\nfn f(x) = x * width";
    const { file } = parse(new SourceFile("x", text));
    const kinds = (nodes: readonly SyntaxNode[]) => nodes.map(({ kind }) => kind);
    expect(nodeAt(file, text.lastIndexOf("width") + 2)).toMatchObject({ kind: "name", name: "width" });
    expect(kinds(pathAt(file, text.indexOf("*")))).toEqual([undefined, "word", "binary"]);
    expect(nodeAt(file, text.indexOf("x)"))).toMatchObject({ text: "x" });
  });
});
