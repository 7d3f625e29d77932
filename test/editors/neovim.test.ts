/** @file A real client: headless Neovim drives `netc lsp --stdio` through an editing session; one case for each feature. */
import type { CompletionItem, Hover, InlayHint, Location, ServerCapabilities } from "vscode-languageserver-protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mended, Session, versionOf } from "./session.js";

const neovim = versionOf("nvim");

describe.skipIf(neovim === undefined)(`Neovim (${neovim ?? "not installed: skipped"})`, () => {
  const session = new Session();
  const result = <T>(step: string): T => session.result(step) as T;
  beforeAll(() => session.run("nvim", ["--clean", "--headless", "-S", session.script("neovim.lua")]), 200_000);
  afterAll(() => session.remove());

  const announced = () => result<ServerCapabilities>("initialize");

  it("initialises", () => {
    expect(announced()).toMatchObject({ documentFormattingProvider: true });
  });

  it("shows diagnostics", () => {
    expect(result("diagnostics")).toEqual([
      { code: "NET2002", line: 7, column: 45, message: expect.stringContaining("no word `relo`") as string },
    ]);
  });

  it("mends by a code action", () => {
    expect(result("codeAction")).toEqual({ title: "replace by `relu`", text: mended });
  });

  it("hovers", ({ skip }) => {
    if (!announced().hoverProvider) return skip("the server announces no hover");
    const { contents } = result<Hover>("hover");
    const shown = JSON.stringify(contents);
    expect(shown).toContain("dense");
    expect(shown).toContain("units");
    expect(shown).toContain("[8]");
  });

  it("completes", ({ skip }) => {
    if (!announced().completionProvider) return skip("the server announces no completion");
    expect(result<CompletionItem["label"][]>("completion")).toContain("softmax");
  });

  it("hints at shapes", ({ skip }) => {
    if (!announced().inlayHintProvider) return skip("the server announces no inlay hints");
    const labels = result<InlayHint[]>("inlayHint").map(({ label }) => JSON.stringify(label));
    expect(labels.some((label) => label.includes("8"))).toBe(true);
  });

  it("finds references", () => {
    expect(result("references")).toEqual([
      { line: 7, character: 9 },
      { line: 8, character: 24 },
    ]);
  });

  it("renames", () => {
    expect(result("rename")).toBe(mended.replaceAll("code", "hidden"));
  });

  it("formats", () => {
    expect(result("formatting")).toBe(mended.replaceAll("code", "hidden"));
  });

  it("goes to definitions, in the library and in another file", () => {
    const place = result<Location & { readonly targetUri?: string }>("definition in the library");
    expect(place.uri ?? place.targetUri).toMatch(/^netc-library:.*dense\.net$/);
    expect(result("definition in another file")).toEqual({ line: 2, under: "twice" });
  });
});
