/** @file The formatter as a plugin of prettier: `netc/prettier`. */
import type { AstPath, Parser, Printer, SupportLanguage } from "prettier";
import { SourceFile } from "../base/source.js";
import type { File } from "../syntax/ast.js";
import { parse } from "../syntax/parse.js";
import { fileDocument } from "./declarations.js";
import { hasIgnorePragma, hasPragma, insertPragma } from "./pragma.js";

/** Kept in a box, so that prettier does not look for comments in the tree: the formatter places them itself. */
interface Root {
  readonly file: File;
}

export const languages: SupportLanguage[] = [
  { name: "net", parsers: ["net"], extensions: [".net"], vscodeLanguageIds: ["net"] },
];

export const parsers: Record<string, Parser<Root>> = {
  net: {
    astFormat: "net",
    parse(text, options: { readonly filepath?: string }) {
      const { file, diagnostics } = parse(new SourceFile(options.filepath ?? "text.net", text));
      const error = diagnostics.find(({ severity }) => severity === "error");
      if (!error) return { file };
      const place = (offset: number) => {
        const { line, column } = file.source.positionAt(offset);
        return { line: line + 1, column: column + 1 };
      };
      const { start, end } = error.location.span;
      // What prettier shows with the lines around it.
      throw Object.assign(new SyntaxError(`${error.code}: ${error.message}`), {
        loc: { start: place(start), end: place(end) },
      });
    },
    hasPragma,
    hasIgnorePragma,
    locStart: ({ file }) => file.span.start,
    locEnd: ({ file }) => file.span.end,
  },
};

export const printers: Record<string, Printer<Root>> = {
  net: { print: (path: AstPath<Root>) => fileDocument(path.node.file), getVisitorKeys: () => [], insertPragma },
};

export const defaultOptions = { printWidth: 120 };
