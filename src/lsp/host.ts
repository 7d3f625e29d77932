/** @file What the language server asks of the machine it runs on; `netc lsp` has the file system, a browser worker what the page gives it. */
import type { FormatOptions } from "../format/format.js";
import type { Host } from "../compiler/project.js";

export interface LanguageHost extends Host {
  /** The compiler's path of a document. Any string is answered; one that names no file is a path of its own. */
  pathOf(uri: string): string;
  uriOf(path: string): string;
  /** Paths of all `.net` files under a folder, for workspace symbols and references. */
  files(folder: string): readonly string[];
  /** What the project's configuration says of the layout of a file; the formatter's own style without it. */
  formatOptions?(path: string): Promise<FormatOptions>;
}
