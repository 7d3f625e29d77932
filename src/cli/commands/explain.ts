/** @file `netc explain`: the page of a diagnostic, of a word of the library, or of a function of the language. */
import { suggest } from "../../base/suggest.js";
import { builtins } from "../../check/builtins/index.js";
import { Library } from "../../check/library.js";
import { wordSets } from "../../check/scope.js";
import { wordSynonym } from "../../check/synonyms.js";
import { pageOf } from "../../check/word-page.js";
import { allRules } from "../../compiler/rules.js";
import { libraryText } from "../../library/text.generated.js";
import type { Register } from "../command-line.js";
import { InputFault } from "../fault.js";
import { builtinText, wordText } from "../word-text.js";

export const explain: Register = (program, terminal) => {
  program
    .command("explain")
    .description("explain an error code or a word")
    .argument("<name>", "a code such as NET2001, or a word such as adam")
    .addHelpText("after", "\nExamples:\n  netc explain NET2001\n  netc explain adam")
    .action((name: string) => {
      const rule = allRules.find((row) => row.code === name.toUpperCase());
      if (rule) {
        terminal.out(`${terminal.paint("bold", `${rule.severity} ${rule.code}`)}\n\n${rule.explanation}`);
        return;
      }
      const library = new Library(libraryText);
      // One name may be a word of several kinds: an initializer and a regularizer.
      const found = wordSets.flatMap((set) => library.word(set, name) ?? []);
      const builtin = builtins.get(name);
      const pages = [
        ...found.map((word) => wordText(pageOf(word), terminal.paint)),
        ...(builtin ? [builtinText(builtin, terminal.paint)] : []),
      ];
      if (pages.length > 0) {
        terminal.out(pages.join("\n\n"));
        return;
      }
      const known = new Set([...wordSets.flatMap((set) => [...library.names(set)]), ...builtins.keys()]);
      const codes = allRules.map((row) => row.code);
      const near = wordSynonym(name, known) ?? suggest(name, known) ?? suggest(name.toUpperCase(), codes);
      const what = /^net\d/i.test(name) ? `no diagnostic has the code ${name}` : `no code or word is called ${name}`;
      throw new InputFault(what, near ? `did you mean ${near}?` : undefined);
    });
};
