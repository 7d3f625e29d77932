/** @file Names in library text: every one is declared, also in words that no example applies. */
import { expect, test } from "vitest";
import { check } from "../../src/check/check.js";
import { render } from "../../src/diagnostics/render.js";
import { library } from "./support.js";

test("no library word names what does not exist", () => {
  for (const file of library()) {
    const { diagnostics } = check({ file, library: library(), resolve: () => undefined });
    expect(diagnostics.map((d) => render(d)).join("\n\n")).toBe("");
  }
});
