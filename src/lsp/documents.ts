/** @file Documents: those open in the editor, with their unsaved text, and any other that the host or the library has. */
import type {
  Position,
  PositionEncodingKind,
  Range,
  TextDocumentContentChangeEvent,
  TextDocumentItem,
} from "./protocol.js";
import { SourceFile, type Span } from "../base/source.js";
import type { Project } from "../compiler/project.js";
import type { File } from "../syntax/ast.js";
import type { LanguageHost } from "./host.js";
import { isLibraryPath, libraryPathOf, libraryUriOf } from "./library-documents.js";
import { toOffset, toPosition, toRange, toSpan } from "./positions.js";

/** One text at one moment. */
export class Document {
  constructor(
    /** As the client spells it. */
    readonly uri: string,
    /** The compiler's name of it. */
    readonly path: string,
    readonly source: SourceFile,
    /** Undefined where it is not open. */
    readonly version: number | undefined,
    /** The syntax tree, also of broken text; its spans are offsets into `source.text`. */
    readonly file: File,
    readonly encoding: PositionEncodingKind,
  ) {}
  get text(): string {
    return this.source.text;
  }
  position(offset: number): Position {
    return toPosition(this.source, offset, this.encoding);
  }
  range(span: Span): Range {
    return toRange(this.source, span, this.encoding);
  }
  offset(position: Position): number {
    return toOffset(this.source, position, this.encoding);
  }
  span(range: Range): Span {
    return toSpan(this.source, range, this.encoding);
  }
}

interface Open {
  readonly uri: string;
  readonly source: SourceFile;
  readonly version: number;
}

export class Documents {
  readonly #open = new Map<string, Open>();
  constructor(
    readonly project: Project,
    readonly host: LanguageHost,
    readonly encoding: PositionEncodingKind,
  ) {}

  /** Paths of the open documents. */
  get open(): Iterable<string> {
    return this.#open.keys();
  }
  isOpen(path: string): boolean {
    return this.#open.has(path);
  }
  pathOf(uri: string): string {
    return libraryPathOf(uri) ?? this.host.pathOf(uri);
  }
  /** In the client's own spelling where it has the document open. */
  uriOf(path: string): string {
    return this.#open.get(path)?.uri ?? (isLibraryPath(path) ? libraryUriOf(path) : this.host.uriOf(path));
  }

  /** The document of a URI as it is now; undefined if nobody has it. */
  get(uri: string): Document | undefined {
    return this.at(this.pathOf(uri));
  }
  at(path: string): Document | undefined {
    const parsed = this.project.parse(path);
    if (!parsed) return undefined;
    const { file } = parsed;
    const version = this.#open.get(path)?.version;
    return new Document(this.uriOf(path), path, file.source, version, file, this.encoding);
  }

  didOpen({ uri, version, text }: TextDocumentItem): string {
    return this.#set(this.pathOf(uri), { uri, version }, text);
  }
  /** The path; undefined for a document that was never opened. */
  didChange(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): string | undefined {
    const path = this.pathOf(uri);
    const known = this.#open.get(path);
    if (!known) return undefined;
    let { source } = known;
    for (const change of changes) {
      let { text } = change;
      if ("range" in change) {
        const { start, end } = toSpan(source, change.range, this.encoding);
        text = source.text.slice(0, start) + text + source.text.slice(end);
      }
      source = new SourceFile(path, text);
    }
    return this.#set(path, { uri: known.uri, version }, source.text);
  }
  didClose(uri: string): string {
    const path = this.pathOf(uri);
    this.#open.delete(path);
    this.project.setText(path, undefined);
    this.project.invalidate(path);
    return path;
  }
  #set(path: string, { uri, version }: { readonly uri: string; readonly version: number }, text: string): string {
    // The library is read-only; an editor that shows it opens it, too.
    if (!isLibraryPath(path)) this.project.setText(path, text);
    this.#open.set(path, { uri, source: new SourceFile(path, text), version });
    return path;
  }
}
