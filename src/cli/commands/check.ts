/** @file `netc check FILE...`: diagnostics as the editor shows them. */
import { createProject } from "../../compiler/project.js";
import { render, toJson } from "../../diagnostics/render.js";
import type { Register } from "../command-line.js";
import { exitCodes, InputFault } from "../fault.js";
import { nodeHost } from "../../host/files.js";

export const check: Register = (program, terminal, done) => {
  program
    .command("check")
    .description("report errors and warnings")
    .argument("<files...>", ".net files")
    .option("--json", "print one JSON array of diagnostics")
    .addHelpText("after", "\nExample:\n  netc check examples/mnist.net")
    .action((files: readonly string[], options: { json?: true }) => {
      const project = createProject(nodeHost);
      const diagnostics = files.flatMap((file) => {
        const checked = project.check(file);
        if (!checked) throw new InputFault(`cannot read ${file}: ${project.whyUnreadable(file)}`);
        if (checked.diagnostics.length === 0 && project.parse(file)?.file.declarations.length === 0)
          throw new InputFault(`${file} is empty`, "a model begins so: model Name { .. }");
        return checked.diagnostics;
      });
      const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
      if (options.json) terminal.out(JSON.stringify(diagnostics.map(toJson), null, 2));
      else {
        for (const diagnostic of diagnostics) terminal.out(`${render(diagnostic, terminal.paint)}\n`);
        const others = diagnostics.length - errors;
        const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
        if (errors + others > 0) terminal.err(`${count(errors, "error")}, ${count(others, "warning")}`);
      }
      done(errors > 0 ? exitCodes.input : exitCodes.ok);
    });
};
