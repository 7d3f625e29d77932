/** @file The outline of a document, also of a broken one, as a tree and as a list. */
import { type DocumentSymbol, DocumentSymbolRequest, type SymbolInformation } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { type Client, connect } from "./client.js";

const tree = { textDocument: { documentSymbol: { hierarchicalDocumentSymbolSupport: true } } };
const lines = (list: readonly DocumentSymbol[], depth = 0): string[] =>
  list.flatMap(({ name, detail, children }) => [
    `${"  ".repeat(depth)}${name}${detail ? ` ${detail}` : ""}`,
    ...lines(children ?? [], depth + 1),
  ]);
const outline = async (client: Client) =>
  (await client.request(DocumentSymbolRequest.type, client.in("a.net"))) as DocumentSymbol[];

const text = `import { k } from "./k.net"
const wide = 3 * 4
/// A layer.
layer own(units: int, rate = 0.5)(x: [n]) -> [units] {
  param w: [n, units] ~ zeros
  let [a, b] = split(x @ w, 2)
  scan i in 3 with h = a {
    let all[i] = h
  }
  return b
}
model M {
  input  image: f32[28, 28]
  target label: class["a", "b"]
  use    tower = own(2)
  output y = image -> flatten -> tower
  loss   cross_entropy(y, label)
  metric right = y
  optimizer adam(1e-3)
  train { epochs: 2 }
  phase one { epochs: 1 }
}
`;

it("shows declarations with what they hold", async () => {
  const client = await connect({ "a.net": text }, { capabilities: tree });
  expect(lines(await outline(client))).toEqual([
    "wide 3 * 4",
    "own (units: int, rate = 0.5)(x: [n]) -> [units]",
    "  units int",
    "  rate 0.5",
    "  w [n, units]",
    "  a split(x @ w, 2)",
    "  b split(x @ w, 2)",
    "  i 3",
    "    all h",
    "M",
    "  image f32[28, 28]",
    '  label class["a", "b"]',
    "  tower own(2)",
    "  y image -> flatten -> tower",
    "  loss cross_entropy(y, label)",
    "  right y",
    "  optimizer adam(1e-3)",
    "  train",
    "  one",
  ]);
  await client.stop();
});

it("has each name inside its entry, and each entry inside the one above", async () => {
  const client = await connect({ "a.net": text }, { capabilities: tree });
  const before = (a: { line: number; character: number }, b: typeof a) =>
    a.line < b.line || (a.line === b.line && a.character <= b.character);
  const inside = (inner: DocumentSymbol["range"], outer: typeof inner) =>
    before(outer.start, inner.start) && before(inner.end, outer.end);
  const check = ({ range, selectionRange, children }: DocumentSymbol): void => {
    expect(inside(selectionRange, range)).toBe(true);
    for (const child of children ?? []) {
      expect(inside(child.range, range)).toBe(true);
      check(child);
    }
  };
  for (const broken of [text, text.replace("{\n  param", "{\n  let\n  param"), text.replace("layer own", "layer")]) {
    await client.open("a.net", broken);
    (await outline(client)).forEach(check);
  }
  await client.stop();
});

it("keeps the rest while a line is half-typed", async () => {
  const client = await connect(
    { "a.net": text.replace("use    tower = own(2)", "use    tower = own(") },
    { capabilities: tree },
  );
  const names = lines(await outline(client)).map((line) => line.trim().split(" ")[0]);
  expect(names).toEqual(expect.arrayContaining(["wide", "own", "w", "M", "image", "label", "y", "right", "train"]));
  await client.stop();
});

it("is a list for clients that show no tree", async () => {
  const client = await connect({ "a.net": text });
  const found = (await client.request(DocumentSymbolRequest.type, client.in("a.net"))) as SymbolInformation[];
  expect(found.map(({ name, containerName }) => [name, containerName])).toContainEqual(["all", "i"]);
  expect(found).toHaveLength(19);
  await client.stop();
});
