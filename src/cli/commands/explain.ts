/** @file `netc explain CODE`: the page of a diagnostic. */
import { allRules } from "../../compiler/rules.js";
import { suggest } from "../../base/suggest.js";
import type { Register } from "../command-line.js";
import { InputFault } from "../fault.js";

export const explain: Register = (program, terminal) => {
  program
    .command("explain")
    .description("explain an error code")
    .argument("<code>", "such as NET2001")
    .addHelpText("after", "\nExample:\n  netc explain NET2001")
    .action((code: string) => {
      const rule = allRules.find((row) => row.code === code.toUpperCase());
      if (!rule) {
        const near = suggest(
          code.toUpperCase(),
          allRules.map((row) => row.code),
        );
        throw new InputFault(`no diagnostic has the code ${code}`, near ? `did you mean ${near}?` : undefined);
      }
      terminal.out(`${terminal.paint("bold", `${rule.severity} ${rule.code}`)}\n\n${rule.explanation}`);
    });
};
