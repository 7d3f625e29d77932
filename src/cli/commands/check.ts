/** @file `netc check FILE...`: diagnostics as the editor shows them. */
import { createProject, type Project } from "../../compiler/project.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { renderFault } from "../../diagnostics/fault.js";
import { render, toJson } from "../../diagnostics/render.js";
import type { Register } from "../command-line.js";
import { exitCodes, InputFault } from "../fault.js";
import { nodeHost } from "../../host/files.js";

interface Outcome {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Why there is nothing to check. */
  readonly fault?: InputFault;
}

export const check: Register = (program, terminal, done) => {
  program
    .command("check")
    .description("report errors and warnings")
    .argument("<files...>", ".net files")
    .option("--json", "print one JSON array of diagnostics; of files that cannot be read, too")
    .addHelpText("after", "\nExample:\n  netc check examples/mnist.net")
    .action((files: readonly string[], options: { json?: true }) => {
      const project = createProject(nodeHost);
      const outcomes = files.map((file) => outcomeOf(project, file));
      const diagnostics = outcomes.flatMap((outcome) => outcome.diagnostics);
      const faults = outcomes.filter(({ fault }) => fault).length;
      const errors = faults + diagnostics.filter(({ severity }) => severity === "error").length;
      if (options.json) terminal.out(JSON.stringify(outcomes.flatMap(outcomeJson), null, 2));
      else {
        for (const { diagnostics: found, fault } of outcomes) {
          for (const diagnostic of found) terminal.out(`${render(diagnostic, terminal.paint)}\n`);
          if (fault) terminal.err(renderFault(fault, terminal.paint));
        }
        const others = faults + diagnostics.length - errors;
        const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
        if (diagnostics.length > 0) terminal.err(`${count(errors, "error")}, ${count(others, "warning")}`);
      }
      done(errors > 0 ? exitCodes.input : exitCodes.ok);
    });
};

/** A fault of one file does not keep the others from being checked. */
function outcomeOf(project: Project, file: string): Outcome {
  const checked = project.check(file);
  if (!checked) {
    const fault = new InputFault(`cannot read ${file}: ${project.whyUnreadable(file)}`);
    return { file, diagnostics: [], fault };
  }
  const { diagnostics } = checked;
  if (diagnostics.length > 0 || project.parse(file)?.file.declarations.length !== 0) return { file, diagnostics };
  return { file, diagnostics, fault: new InputFault(`${file} is empty`, "a model begins so: model Name { .. }") };
}

function outcomeJson({ file, diagnostics, fault }: Outcome): readonly object[] {
  if (!fault) return diagnostics.map(toJson);
  return [{ severity: "error", message: fault.message, file, help: fault.help }];
}
