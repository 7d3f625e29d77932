/** @file A project: files seen through a host, with parsed and checked results remembered until a text changes. */
import { SourceFile } from "../base/source.js";
import { check, checkDeclaration } from "../check/check.js";
import { Sink } from "../check/context.js";
import { Library, libraryPrefix } from "../check/library.js";
import { runLints } from "../check/lints/index.js";
import { Loader } from "../check/loader.js";
import type { CheckedModel } from "../check/model.js";
import type { FileScope } from "../check/scope.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { Analyser, type Analysis } from "./analysis.js";
import { combined } from "./combined.js";
import { libraryText } from "../library/text.generated.js";
import { IncrementalParser } from "../syntax/incremental.js";
import type { ParseResult } from "../syntax/parse.js";

/** All input and output of the compiler. Paths are opaque; `resolve` makes one from an import. */
export interface Host {
  /** The text of a file; undefined if there is none or it cannot be read. */
  readText(path: string): string | undefined;
  /** Why there is no text of a file, for people. */
  whyUnreadable?(path: string): string;
  /** The path that `specifier`, written in the file `from`, names. */
  resolve(specifier: string, from: string): string;
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
  /** The file's text, buffers first, or the library's for a path such as `library:dense.net`; undefined if there is none. */
  text(path: string): string | undefined;
  /** As the host says it. */
  whyUnreadable(path: string): string | undefined;
  /** The file's syntax tree; undefined if there is no such file. */
  parse(path: string): ParseResult | undefined;
  /** The words and constants that the file declares and imports; undefined if there is no such file. */
  scope(path: string): FileScope | undefined;
  /**
   * Bytes that a model of the file takes, as its memory plan for WebAssembly says; undefined where the file has errors or no such
   * model, and for `batch: all`. Compiles the model: that takes some hundred milliseconds.
   */
  memory(path: string, model: string): Promise<number | undefined>;
  /** The file's models with all diagnostics of that file; undefined if there is no such file. */
  check(path: string, options?: CheckOptions): Checked | undefined;
  /**
   * What an editor shows of a file: the diagnostics of `check`, and facts about its models. Only what a change touches is checked
   * anew. Undefined if there is no such file.
   */
  analyse(path: string): Analysis | undefined;
  readonly library: Library;
}

/** What a remembered check looked at: it holds as long as every one is still the same object. */
interface Remembered {
  readonly result: Checked;
  readonly dependencies: ReadonlyMap<string, ParseResult | undefined>;
  readonly texts: ReadonlyMap<string, string | undefined>;
}

export function createProject(host: Host): Project {
  const buffers = new Map<string, string>();
  const texts = new Map<string, string | undefined>();
  const parsed = new Map<string, ParseResult>();
  const parsers = new Map<string, IncrementalParser>();
  /** By path and batch. */
  const checked = new Map<string, Remembered>();
  const library = new Library(libraryText);

  const textOf = (path: string): string | undefined => {
    if (path.startsWith(libraryPrefix)) return library.text(path);
    const buffer = buffers.get(path);
    if (buffer !== undefined) return buffer;
    if (!texts.has(path)) texts.set(path, host.readText(path));
    return texts.get(path);
  };
  const parseFile = (path: string): ParseResult | undefined => {
    const text = textOf(path);
    if (text === undefined) return undefined;
    const known = parsed.get(path);
    if (known?.file.source.text === text) return known;
    if (!parsers.has(path)) parsers.set(path, new IncrementalParser());
    const fresh = parsers.get(path)!.parse(new SourceFile(path, text));
    parsed.set(path, fresh);
    return fresh;
  };
  const resolve = (specifier: string, from: SourceFile) => host.resolve(specifier, from.name);
  const scopeOf = (path: string): FileScope | undefined => {
    const root = parseFile(path);
    const file = (specifier: string, from: SourceFile) => parseFile(resolve(specifier, from))?.file;
    return root && new Loader({ library, resolve: file }, new Sink()).load(root.file);
  };
  const readFrom = (specifier: string, from: SourceFile) => textOf(resolve(specifier, from));
  const analyser = new Analyser({ library, parse: parseFile, text: textOf, resolve });
  return {
    library,
    text: textOf,
    setText(path, text) {
      if (text === undefined) buffers.delete(path);
      else buffers.set(path, text);
    },
    invalidate(path) {
      if (path === undefined) texts.clear();
      else texts.delete(path);
    },
    whyUnreadable: (path) => host.whyUnreadable?.(path),
    parse: parseFile,
    scope: scopeOf,
    analyse: (path) => analyser.analyse(path),
    async memory(path, name) {
      const { models, diagnostics } = analyser.analyse(path) ?? { models: [], diagnostics: [] };
      const facts = models.find((model) => model.name === name);
      if (!facts || facts.batch === 0 || diagnostics.some(({ severity }) => severity === "error")) return undefined;
      const [{ compileModel }, { memoryUse }] = await Promise.all([import("./compile.js"), import("./memory.js")]);
      const declaration = parseFile(path)?.file.declarations.find(
        (one) => one.kind === "model" && one.name.text === name,
      );
      const scope = scopeOf(path);
      if (!scope || declaration?.kind !== "model") return undefined;
      const { model, diagnostics: found } = checkDeclaration(declaration, scope, { readText: readFrom });
      // The text may have changed while the compiler was loaded.
      if (!model || found.some(({ severity }) => severity === "error")) return undefined;
      return memoryUse(compileModel(model, { target: "wasm" })).all;
    },
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
      const dependencies = new Map<string, ParseResult | undefined>([[path, root]]);
      const read = new Map<string, string | undefined>();
      const { models, diagnostics } = check({
        file: root.file,
        library,
        resolve: (specifier, from) => {
          const target = resolve(specifier, from);
          const found = parseFile(target);
          dependencies.set(target, found);
          return found?.file;
        },
        readText: (specifier, from) => {
          const target = resolve(specifier, from);
          read.set(target, textOf(target));
          return read.get(target);
        },
        batch: options.batch,
      });
      const all = combined([...root.diagnostics, ...diagnostics], () => runLints({ file: root.file, models }));
      const result = { models, diagnostics: all, dependencies: [...dependencies.keys(), ...read.keys()] };
      checked.set(key, { result, dependencies, texts: read });
      return result;
    },
  };
}
