/** @file Links of a document: the files that its imports, class types and data readers name. */
import type { DocumentLink } from "../protocol.js";
import type { Call, FromFile, ImportDeclaration, StringLiteral } from "../../syntax/ast.js";
import { type SyntaxNode, walk } from "../../syntax/walk.js";
import { type Feature, onRequest } from "../feature.js";
import { isLibraryPath } from "../library-documents.js";

/** Texts in a file that name another. */
function* pathsIn(root: SyntaxNode): Iterable<StringLiteral> {
  const found: StringLiteral[] = [];
  walk(root, (node) => {
    if (node.kind === "import") found.push((node as ImportDeclaration).from);
    else if (node.kind === "from") found.push((node as FromFile).path);
    else if (node.kind === "data") {
      // Of a reader the first argument: `csv("iris.csv", column: "target")`.
      walk(node, (inner) => {
        const [first] = inner.kind === "call" ? (inner as Call).arguments : [];
        if (first && !first.name && first.value.kind === "string") found.push(first.value);
      });
      return false;
    }
    return true;
  });
  yield* found;
}

export const documentLinks: Feature = {
  name: "documentLinks",
  capabilities: { documentLinkProvider: { resolveProvider: false } },
  handlers: [
    onRequest("textDocument/documentLink", (context, { textDocument }): DocumentLink[] | null => {
      const document = context.document(textDocument.uri);
      if (!document || isLibraryPath(document.path)) return null;
      return [...pathsIn(document.file)].flatMap(({ value, span }) => {
        // Without the quotes; the last is absent while it is not yet typed.
        const end = document.text[span.end - 1] === '"' ? span.end - 1 : span.end;
        if (value === "" || end <= span.start + 1) return [];
        const target = context.documents.uriOf(context.host.resolve(value, document.path));
        return [{ range: document.range({ start: span.start + 1, end }), target }];
      });
    }),
  ],
};
