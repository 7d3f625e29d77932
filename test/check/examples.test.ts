/** @file Every example checks without a word. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { render } from "../../src/diagnostics/render.js";
import { verifyTensors } from "../../src/ir/verify.js";
import { checkText } from "./support.js";

const folder = new URL("../../examples/", import.meta.url);
for (const name of readdirSync(folder).filter((file) => file.endsWith(".net")))
  test(name, () => {
    const files = new Proxy({}, { get: (_target, path: string) => readFileSync(new URL(path, folder), "utf8") });
    const { models, diagnostics } = checkText(readFileSync(new URL(name, folder), "utf8"), { files });
    expect(diagnostics.map((d) => render(d)).join("\n\n")).toBe("");
    for (const { forward, update, parameters, metrics } of models) {
      const roots = [forward.train, forward.evaluate, forward.predict].flatMap((f) => [
        ...f.outputs,
        ...f.totals.map((t) => t.value),
      ]);
      const others = [...update.flat(), ...forward.train.buffers].map((store) => store.value);
      expect(
        verifyTensors([...roots, ...others, ...parameters.map((p) => p.initial), ...metrics.map((m) => m.result)]),
      ).toEqual([]);
    }
  });
