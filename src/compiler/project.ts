/** @file A project: files seen through a host, with parsed and checked results remembered until a text changes. */
import { SourceFile } from "../base/source.js";
import { check } from "../check/check.js";
import { Library } from "../check/library.js";
import { runLints } from "../check/lints/index.js";
import type { CheckedModel } from "../check/model.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { libraryText } from "../library/text.generated.js";
import type { File } from "../syntax/ast.js";
import { parse } from "../syntax/parse.js";

/** All input and output of the compiler. Paths are opaque; `resolve` makes one from an import. */
export interface Host {
  /** The text of a file; undefined if there is none or it cannot be read. */
  readText(path: string): string | undefined;
  /** Why there is no text of a file, for people. */
  whyUnreadable?(path: string): string;
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
  /** Every file that was asked for, the file itself first: the result is the same as long as their texts are. */
  readonly dependencies: readonly string[];
}
export interface CheckOptions {
  /** Replaces the batch that the model declares. */
  readonly batch?: number;
}

export interface Project {
  /** Sets a file's text (an editor's unsaved buffer); undefined returns to the host's. */
  setText(path: string, text: string | undefined): void;
  /** Forgets what the host said of a file, or of all, after it changed. */
  invalidate(path?: string): void;
  /** The file's text: of `setText`, else the host's. */
  readText(path: string): string | undefined;
  /** As the host says it. */
  whyUnreadable(path: string): string | undefined;
  /** The file's syntax tree; undefined if there is no such file. */
  parse(path: string): Parsed | undefined;
  /** The file's models with all diagnostics of that file; undefined if there is no such file. */
  check(path: string, options?: CheckOptions): Checked | undefined;
  readonly library: Library;
}

/** What a remembered check looked at: it holds as long as every one is still the same object. */
interface Remembered {
  readonly result: Checked;
  readonly dependencies: ReadonlyMap<string, Parsed | undefined>;
  readonly texts: ReadonlyMap<string, string | undefined>;
}

const byPosition = (a: Diagnostic, b: Diagnostic) => a.location.span.start - b.location.span.start;

export function createProject(host: Host): Project {
  const buffers = new Map<string, string>();
  const texts = new Map<string, string | undefined>();
  const parsed = new Map<string, Parsed>();
  /** By path and batch. */
  const checked = new Map<string, Remembered>();
  const library = new Library(libraryText);

  const textOf = (path: string): string | undefined => {
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
  return {
    library,
    setText(path, text) {
      if (text === undefined) buffers.delete(path);
      else buffers.set(path, text);
    },
    invalidate(path) {
      if (path === undefined) texts.clear();
      else texts.delete(path);
    },
    readText: textOf,
    whyUnreadable: (path) => host.whyUnreadable?.(path),
    parse: parseFile,
    check(path, options = {}) {
      const root = parseFile(path);
      if (!root) return undefined;
      const key = `${options.batch ?? ""}:${path}`;
      const known = checked.get(key);
      if (
        known &&
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
          const target = host.resolve(specifier, from.name);
          const found = parseFile(target);
          dependencies.set(target, found);
          return found?.file;
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
      const result = { models, diagnostics: own, dependencies: [...dependencies.keys(), ...read.keys()] };
      checked.set(key, { result, dependencies, texts: read });
      return result;
    },
  };
}
