/** @file A project: files seen through a host, with parsed and checked results remembered until a text changes. */
import { SourceFile } from "../base/source.js";
import { check } from "../check/check.js";
import { Sink } from "../check/context.js";
import { Library, libraryPrefix } from "../check/library.js";
import { runLints } from "../check/lints/index.js";
import { Loader } from "../check/loader.js";
import type { CheckedModel } from "../check/model.js";
import type { FileScope } from "../check/scope.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { libraryText } from "../library/text.generated.js";
import type { File } from "../syntax/ast.js";
import { parse } from "../syntax/parse.js";

/** All input and output of the compiler. Paths are opaque; `resolve` makes one from an import. */
export interface Host {
  /** The text of a file; undefined if there is none or it cannot be read. */
  readText(path: string): string | undefined;
  /** The path that `specifier`, written in the file `from`, names. */
  resolve(specifier: string, from: string): string;
}

export interface Parsed {
  readonly file: File;
  readonly diagnostics: readonly Diagnostic[];
}
export interface Checked {
  readonly models: readonly CheckedModel[];
  /** Of syntax and checking, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}
export interface CheckOptions {
  /** Replaces the batch that the model declares. */
  readonly batch?: number;
}

export interface Project {
  /** Sets a file's text (an editor's unsaved buffer); undefined returns to the host's. */
  setText(path: string, text: string | undefined): void;
  /** Forgets what the host said of a file, after it changed. */
  invalidate(path: string): void;
  /** The file's text, buffers first, or the library's for a path such as `library:dense.net`; undefined if there is none. */
  text(path: string): string | undefined;
  /** The file's syntax tree; undefined if there is no such file. */
  parse(path: string): Parsed | undefined;
  /** The words and constants that the file declares and imports; undefined if there is no such file. */
  scope(path: string): FileScope | undefined;
  /** The file's models with all diagnostics of that file; undefined if there is no such file. */
  check(path: string, options?: CheckOptions): Checked | undefined;
  /** Paths of the files that the last check of a file looked at: it, what it imports, texts that its types name. */
  dependencies(path: string): ReadonlySet<string>;
  readonly library: Library;
}

/** What a remembered check looked at: it holds as long as every one is still the same object. */
interface Remembered {
  readonly result: Checked;
  readonly dependencies: ReadonlyMap<string, Parsed | undefined>;
  readonly texts: ReadonlyMap<string, string | undefined>;
  readonly batch: number | undefined;
}

const byPosition = (a: Diagnostic, b: Diagnostic) => a.location.span.start - b.location.span.start;

export function createProject(host: Host): Project {
  const buffers = new Map<string, string>();
  const texts = new Map<string, string | undefined>();
  const parsed = new Map<string, Parsed>();
  const checked = new Map<string, Remembered>();
  const library = new Library(libraryText);
  const libraryTexts = new Map(Object.entries(libraryText));

  const textOf = (path: string): string | undefined => {
    if (path.startsWith(libraryPrefix)) return libraryTexts.get(path.slice(libraryPrefix.length));
    const buffer = buffers.get(path);
    if (buffer !== undefined) return buffer;
    if (!texts.has(path)) texts.set(path, host.readText(path));
    return texts.get(path);
  };
  const parseFile = (path: string): Parsed | undefined => {
    const text = textOf(path);
    if (text === undefined) return undefined;
    const known = parsed.get(path);
    if (known?.file.source.text === text) return known;
    const fresh = parse(new SourceFile(path, text));
    parsed.set(path, fresh);
    return fresh;
  };
  const imported = (
    specifier: string,
    from: SourceFile,
  ): { readonly path: string; readonly found: Parsed | undefined } => {
    const path = host.resolve(specifier, from.name);
    return { path, found: parseFile(path) };
  };
  return {
    library,
    text: textOf,
    setText(path, text) {
      if (text === undefined) buffers.delete(path);
      else buffers.set(path, text);
    },
    invalidate(path) {
      texts.delete(path);
    },
    parse: parseFile,
    scope(path) {
      const root = parseFile(path);
      const resolve = (specifier: string, from: SourceFile) => imported(specifier, from).found?.file;
      return root && new Loader({ library, resolve }, new Sink()).load(root.file);
    },
    dependencies(path) {
      const known = checked.get(path);
      return new Set([...(known?.dependencies.keys() ?? []), ...(known?.texts.keys() ?? [])]);
    },
    check(path, options = {}) {
      const root = parseFile(path);
      if (!root) return undefined;
      const known = checked.get(path);
      if (
        known &&
        known.batch === options.batch &&
        [...known.dependencies].every(([name, before]) => parseFile(name) === before) &&
        [...known.texts].every(([name, before]) => textOf(name) === before)
      )
        return known.result;
      const dependencies = new Map<string, Parsed | undefined>([[path, root]]);
      const read = new Map<string, string | undefined>();
      const { models, diagnostics } = check({
        file: root.file,
        library,
        resolve: (specifier, from) => {
          const target = imported(specifier, from);
          dependencies.set(target.path, target.found);
          return target.found?.file;
        },
        readText: (specifier, from) => {
          const target = host.resolve(specifier, from.name);
          read.set(target, textOf(target));
          return read.get(target);
        },
        ...(options.batch === undefined ? {} : { batch: options.batch }),
      });
      const found = [...root.diagnostics, ...diagnostics];
      // A text with errors is half-written: what looks unused or missing in it may be yet to come.
      const warnings = found.some(({ severity }) => severity === "error") ? [] : runLints({ file: root.file, models });
      const own = [...found, ...warnings].sort(byPosition);
      const result = { models, diagnostics: own };
      checked.set(path, { result, dependencies, texts: read, batch: options.batch });
      return result;
    },
  };
}
