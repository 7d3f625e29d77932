/** @file A second real client: Eglot in batch Emacs drives `netc lsp --stdio`. */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Session, text, versionOf } from "./session.js";

// Not --quick: distributions make their packages known in the site's own file.
const args = ["--batch", "-q", "--eval", "(package-initialize)"];
function eglot(): string | undefined {
  try {
    execFileSync("emacs", [...args, "--eval", "(require 'eglot)"], { stdio: "ignore" });
    return versionOf("emacs");
  } catch {
    return undefined;
  }
}
const emacs = eglot();

describe.skipIf(emacs === undefined)(`Eglot (${emacs ?? "not installed: skipped"})`, () => {
  const session = new Session();
  beforeAll(() => session.run("emacs", [...args, "-l", session.script("eglot.el")]), 200_000);
  afterAll(() => session.remove());
  const renamed = text.replaceAll("code", "hidden");

  it("initialises", () => expect(session.result("initialize")).toBe(true));
  it("shows diagnostics", () =>
    expect(session.result("diagnostics")).toEqual([
      { line: 8, text: expect.stringContaining("there is no word `relo`") as string },
    ]));
  it("renames", () => expect(session.result("rename")).toBe(renamed));
  it("formats", () => expect(session.result("format")).toBe(renamed));
  it("goes to definitions in another file", () =>
    expect(session.result("definition")).toEqual({ file: "words.net", line: 2 }));
});
