/** @file What the language server asks of the machine it runs on; `netc lsp` has the file system, a browser worker what the page gives it. */
import type { FormatOptions } from "../format/format.js";
import type { Host } from "../compiler/project.js";

/** What a model's memory plan depends on. */
export interface MemoryQuestion {
  readonly path: string;
  readonly model: string;
  /** Of the file and of all that it imports or reads, as the editor has them; undefined where there is none. */
  readonly texts: readonly (readonly [path: string, text: string | undefined])[];
}

export interface LanguageHost extends Host {
  /** The compiler's path of a document. Any string is answered; one that names no file is a path of its own. */
  pathOf(uri: string): string;
  uriOf(path: string): string;
  /** Paths of all `.net` files under a folder, for workspace symbols and references. */
  files(folder: string): readonly string[];
  /** What the project's configuration says of the layout of a file; the formatter's own style without it. */
  formatOptions?(path: string): Promise<FormatOptions>;
  /** `Project.memory` in another thread; without it the server plans in its own, while nobody types. Undefined when the signal says so. */
  planMemory?(question: MemoryQuestion, signal: AbortSignal): Promise<number | undefined>;
}
