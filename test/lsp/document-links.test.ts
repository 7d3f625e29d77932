/** @file Document links: imports, files of class names, data files. */
import { DocumentLinkRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect, uriOf } from "./client.js";
import { fixture, marked } from "./fixture.js";

it("lead to the files that texts name, and only these", async () => {
  const text = `import { a } from "<<./parts/a.net>>"
import { b } from ""
model M {
  input  word: class[from "<<words.txt>>"]
  target kind: class["one", "two"]
  output y = word
  data { word: csv("<<data/w.csv>>", column: "word"), test kind: idx("<<kinds.gz>>") }
}
`;
  const { text: plain } = fixture(text);
  const client = await connect({ "a.net": plain });
  const found = (await client.request(DocumentLinkRequest.type, client.in("a.net")))!;
  expect(
    marked(
      plain,
      found.map(({ range }) => range),
    ),
  ).toBe(text);
  expect(found.map(({ target }) => target)).toEqual(
    ["parts/a.net", "words.txt", "data/w.csv", "kinds.gz"].map((name) => uriOf(name)),
  );
  await client.stop();
});
