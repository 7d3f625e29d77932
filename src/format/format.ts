/** @file Formats a text in memory: the same result as prettier with the plugin. */
import type { SourceFile } from "../base/source.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { parse } from "../syntax/parse.js";

/** What prettier's configuration may say of a file. */
export interface FormatOptions {
  /** Columns; default 120. */
  readonly printWidth?: number;
  /** Columns of a level of indentation; default 2. */
  readonly tabWidth?: number;
  /** Default false. */
  readonly useTabs?: boolean;
  /** Default `auto`: as the first line ends. */
  readonly endOfLine?: "lf" | "crlf" | "cr" | "auto";
}

export interface Formatted {
  /** The text itself where there are diagnostics. */
  readonly text: string;
  /** Errors of syntax, for which the text was left alone. */
  readonly diagnostics: readonly Diagnostic[];
}

export async function format(source: SourceFile, options: FormatOptions = {}): Promise<Formatted> {
  const errors = parse(source).diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return { text: source.text, diagnostics: errors };
  // Prettier is loaded when it is first needed: the language server starts without it.
  const [{ format: prettierFormat }, plugin] = await Promise.all([
    import("prettier/standalone"),
    import("./plugin.js"),
  ]);
  const text = await prettierFormat(source.text, { endOfLine: "auto", ...options, parser: "net", plugins: [plugin] });
  return { text, diagnostics: [] };
}
