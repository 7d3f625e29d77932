/** @file Models agree with PyTorch: outputs, losses, gradients, updated weights. */
import { describe, expect, test } from "vitest";
import { compileModel } from "../../src/compiler/compile.js";
import { Interpreted } from "../library/interpreted.js";
import { checkText } from "./checked.js";
import { instance } from "./compiled.js";
import { differences, fixtures } from "./fixture.js";

/** The interpreter computes in 64 bits: only the fixture's nine digits differ. */
const exact = 1e-8;

/** The reference network is too much for the interpreter, and losses of scores are exact by a pass that it does not run. */
const compiledOnly = ["cnn", "losses-of-scores"];

describe.each(fixtures())("$name", ({ name, cases }) => {
  test.each(cases)("$name", async (example) => {
    expect(differences(example, await instance(compileModel(checkText(example.source))))).toEqual([]);
  });
  test.each(compiledOnly.includes(name) ? [] : cases)("$name, by the interpreter", (example) => {
    expect(differences(example, new Interpreted(checkText(example.source)), exact)).toEqual([]);
  });
});
