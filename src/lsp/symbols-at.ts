/** @file Where a request stands: its document, the offset, and the names there. */
import type { Location as ProtocolLocation, TextDocumentPositionParams } from "./protocol.js";
import type { Context } from "./context.js";
import type { Document } from "./documents.js";
import type { Entity, Occurrence } from "./symbols/entity.js";
import type { FileIndex } from "./symbols/index.js";
import { occurrencesAt } from "./symbols/query.js";

export interface SymbolsAt {
  readonly document: Document;
  readonly index: FileIndex;
  readonly offset: number;
  /** What the name at the offset stands for: several where an import brings words of several sets. */
  readonly occurrences: readonly Occurrence[];
}

/** Undefined for a document that nobody has. */
export function symbolsAt(
  context: Context,
  { textDocument, position }: TextDocumentPositionParams,
): SymbolsAt | undefined {
  const document = context.document(textDocument.uri);
  const index = document && context.symbols.file(document.path);
  if (!document || !index) return undefined;
  const offset = document.offset(position);
  return { document, index, offset, occurrences: occurrencesAt(index, offset) };
}

/** Where an entity's name is declared; undefined for what the language itself knows. */
export const declarationOf = (context: Context, { node, source, span }: Entity): ProtocolLocation | undefined =>
  node && context.location({ file: source, span });
