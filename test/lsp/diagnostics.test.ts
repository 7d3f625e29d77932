/** @file Diagnostics of the language server: pushed and pulled, in open files and those they import. */
import { DocumentDiagnosticRequest, type Position } from "vscode-languageserver-protocol";
import { describe, expect, it, vi } from "vitest";
import { connect, uriOf } from "./client.js";
import { fixture } from "./fixture.js";

it("publishes what is wrong, and an empty list when it is mended", async () => {
  const { text, ranges } = fixture(`model M {
  input x: f32[3]
  output y = x -> <<relo>>
}
`);
  const client = await connect();
  await client.open("a.net", text);
  const [found, ...others] = await client.published("a.net");
  expect(found).toMatchObject({ code: "NET2002", source: "netc", range: ranges[0] });
  expect(others).toEqual([]);
  await client.change("a.net", "relu", ranges[0]);
  expect(await client.published("a.net")).toEqual([]);
  await client.stop();
});

it("answers requests with the same list", async () => {
  const client = await connect({ "a.net": "model M {\n  output y = x\n}\n" });
  const report = await client.request(DocumentDiagnosticRequest.type, client.in("a.net"));
  expect(report).toMatchObject({ kind: "full", items: [{ range: { start: { line: 1, character: 13 } } }] });
  await client.stop();
});

describe("what a model finds in a file that it imports", () => {
  const main = `import { twice } from "./part.net"
model M {
  input x: f32[3]
  output y = x -> twice
}
`;
  const { text: part, ranges } = fixture(`// 𝑥 before it all

/// Wrong in itself.
layer other(x: [n]) -> [n] = x + <<nothing>>
/// Wrong for some sizes only.
layer twice(x: [n]) -> [n] = <<x + [1, 2]>>
`);
  const [inItself, applied] = ranges;
  const related = [
    {
      location: {
        uri: uriOf("main.net"),
        range: { start: { line: 3, character: 18 }, end: { line: 3, character: 23 } },
      },
      message: "`twice` is applied here",
    },
  ];
  const mismatch = { code: "NET3003", range: applied, relatedInformation: expect.arrayContaining(related) as unknown };

  it("is shown there, where it is on disk only, until the model is gone", async () => {
    const client = await connect({ "main.net": main, "part.net": part });
    await client.open("main.net");
    expect(await client.published("main.net")).toEqual([]);
    const there = (diagnostics: readonly unknown[]) =>
      vi.waitFor(() => {
        const last = client.publications.findLast(({ uri }) => uri === uriOf("part.net"));
        expect(last).toMatchObject({ diagnostics });
        expect(last).not.toHaveProperty("version");
      });
    await there([mismatch]);
    await client.change("main.net", main.replace("f32[3]", "f32[2]"));
    expect(await client.published("main.net")).toEqual([]);
    await there([]);
    await client.change("main.net", main);
    await there([mismatch]);
    await client.close("main.net");
    await there([]);
    await client.stop();
  });

  it("is shown among what the file's own check finds, in its unsaved text", async () => {
    const client = await connect({ "main.net": main, "part.net": "layer twice(x: [n]) -> [n] = x\n" });
    await client.open("main.net");
    await client.open("part.net", part);
    expect(await client.published("part.net")).toMatchObject([{ code: "NET2001", range: inItself }, mismatch]);
    const below = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    await client.change("part.net", "// moved\n", below);
    const down = ({ line, character }: Position) => ({ line: line + 1, character });
    expect(await client.published("part.net")).toMatchObject([
      { code: "NET2001" },
      { ...mismatch, range: { start: down(applied!.start), end: down(applied!.end) } },
    ]);
    expect(await client.published("main.net")).toEqual([]);
    await client.stop();
  });

  it("is given to clients that ask, and published to them where they cannot ask", async () => {
    const capabilities = { textDocument: { diagnostic: {} } };
    const client = await connect({ "main.net": main, "part.net": part }, { capabilities });
    await client.open("main.net");
    await client.nextPublication();
    expect(client.publications).toMatchObject([{ uri: uriOf("part.net"), diagnostics: [mismatch] }]);
    await client.open("part.net");
    await client.nextPublication();
    expect(client.publications[1]).toMatchObject({ uri: uriOf("part.net"), diagnostics: [] });
    const report = await client.request(DocumentDiagnosticRequest.type, client.in("part.net"));
    expect(report).toMatchObject({ items: [{ code: "NET2001", range: inItself }, mismatch] });
    await client.stop();
  });
});
