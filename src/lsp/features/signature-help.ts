/** @file Signature help: the word whose parentheses are open, and the setting or value that is due in them. */
import type { SignatureHelp } from "../protocol.js";
import { signatureOf } from "../../check/word-page.js";
import { cursorAt } from "../cursor.js";
import { type Feature, onRequest } from "../feature.js";
import { markdown, wordParts } from "../markdown.js";

export const signatureHelp: Feature = {
  name: "signatureHelp",
  capabilities: { signatureHelpProvider: { triggerCharacters: ["(", ","], retriggerCharacters: [":"] } },
  handlers: [
    onRequest("textDocument/signatureHelp", (context, { textDocument, position }): SignatureHelp | null => {
      const document = context.document(textDocument.uri);
      const scope = document && context.project.scope(document.path);
      if (!document || !scope) return null;
      const { call } = cursorAt(document, scope, document.offset(position));
      if (!call) return null;
      const { word, at } = call;
      const label = signatureOf(word);
      const [, ...documentation] = wordParts(word);
      const source = word.kind === "word" ? word.file.source.text : "";
      const all =
        word.kind === "word"
          ? [...(word.declaration.settings?.parameters ?? []), ...(word.declaration.values?.parameters ?? [])]
          : [];
      const parameters = all.map(({ span }) => ({ label: source.slice(span.start, span.end).replace(/\s+/g, " ") }));
      const active = at ? all.indexOf(at) : -1;
      return {
        signatures: [{ label, documentation: markdown(...documentation), parameters }],
        activeSignature: 0,
        // Beyond the last: none is active.
        activeParameter: active < 0 ? parameters.length : active,
      };
    }),
  ],
};
