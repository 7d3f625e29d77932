/** @file The program in examples/app: built, type-checked under `strict`, run. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { netc } from "./netc.js";

it("examples/app trains with a generated module, saves, reloads and predicts", async () => {
  // Inside the project, so that the types of Node and the package's module kind are found.
  mkdirSync("dist", { recursive: true });
  const folder = mkdtempSync(resolve("dist", "app-"));
  try {
    for (const name of ["main.ts", "flowers.ts", "tsconfig.json"])
      copyFileSync(join("examples/app", name), join(folder, name));
    const built = await netc(".", "build", "examples/iris.net", "-o", join(folder, "generated"));
    expect(built.code, built.err).toBe(0);

    const config = ts.getParsedCommandLineOfConfigFile(
      join(folder, "tsconfig.json"),
      { outDir: join(folder, "out") },
      {
        ...ts.sys,
        onUnRecoverableConfigFileDiagnostic: () => undefined,
      },
    )!;
    expect(config.options.strict).toBe(true);
    const program = ts.createProgram(config.fileNames, config.options);
    const faults = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    expect(faults).toEqual([]);
    program.emit();

    const said = execFileSync(process.execPath, [join(folder, "out", "main.js")], { encoding: "utf8" });
    const accuracy = Number(/accuracy on 60 new flowers: ([\d.]+)/.exec(said)?.[1]);
    expect(accuracy).toBeGreaterThan(0.85);
    expect(said).toContain("the reloaded net predicts the same");
    expect(said).toMatch(/a setosa is taken for setosa with \d+%/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
