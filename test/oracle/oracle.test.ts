/** @file Compiled models agree with PyTorch: outputs, losses, gradients, updated weights. */
import { describe, expect, test } from "vitest";
import { Interpreted } from "../library/interpreted.js";
import { checkText } from "./checked.js";
import { compileText } from "./compiled.js";
import { differences, fixtures } from "./fixture.js";

/** The interpreter computes in 64 bits: only the fixture's nine digits differ. It is slow, so not the reference network. */
const exact = 1e-8;

describe.each(fixtures().filter(({ name }) => name !== "cnn"))("$name by the interpreter", ({ cases }) => {
  test.each(cases)("$name", (example) => {
    expect(differences(example, new Interpreted(checkText(example.source)), exact)).toEqual([]);
  });
});

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
