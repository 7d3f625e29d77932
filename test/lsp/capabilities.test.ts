/** @file Each feature that `initialize` announces has a test file of its own, and each feature's requests are served. */
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { features } from "../../src/lsp/features/index.js";
import { capabilitiesOf } from "../../src/lsp/server.js";
import { connect } from "./client.js";

/** `inlayHints` is tested in `inlay-hints.test.ts`, and so would be `inlay hints`. */
const testOf = (name: string) =>
  `test/lsp/${name.replaceAll(" ", "-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.test.ts`;

it.each(features.map(({ name }) => name))("%s has its tests", (name) => {
  expect(existsSync(testOf(name)), testOf(name)).toBe(true);
});

it("announces what the features do, and no other provider", async () => {
  const client = await connect();
  const announced = Object.keys(client.initialized.capabilities).filter((key) => key.endsWith("Provider"));
  const named = features.flatMap(({ capabilities }) =>
    Object.keys(typeof capabilities === "function" ? capabilities({}) : capabilities),
  );
  expect(announced.filter((key) => !named.includes(key))).toEqual([]);
  expect(client.initialized.capabilities).toEqual(JSON.parse(JSON.stringify(capabilitiesOf(features, {}))));
  await client.stop();
});

it("serves each request once", () => {
  const methods = features.flatMap(({ handlers }) => handlers.map(({ method }) => method));
  expect(methods.toSorted()).toEqual([...new Set(methods)].sort());
});
