/** @file Compiled models agree with PyTorch: outputs, losses, gradients, updated weights. */
import { describe, expect, test } from "vitest";
import { compileText } from "./compiled.js";
import { differences, fixtures } from "./fixture.js";

/** In 64 bits only the fixture's nine digits and the module's polynomials differ. */
const wide = 1e-7;

describe.each(fixtures())("$name", ({ cases }) => {
  test.each(cases)("$name", async (example) => {
    expect(differences(example, await compileText(example.source))).toEqual([]);
  });
});

describe.each(fixtures().filter(({ name }) => name !== "cnn"))("$name in 64 bits", ({ cases }) => {
  test.each(cases)("$name", async (example) => {
    expect(differences(example, await compileText(example.source, "f64"), wide)).toEqual([]);
  });
});
