/** @file Rename: every place of a name, in all files that import it, if every name then still means what it meant. */
import { LSPErrorCodes, type PrepareRenameResult, ResponseError, type WorkspaceEdit } from "../protocol.js";
import { symbolsAt } from "../symbols-at.js";
import { workspaceEdit } from "../edits.js";
import { type Feature, onRequest } from "../feature.js";
import { rename as renamed, renamableAt } from "../symbols/rename.js";

const failed = (message: string): ResponseError<void> => new ResponseError(LSPErrorCodes.RequestFailed, message);

export const rename: Feature = {
  name: "rename",
  capabilities: ({ textDocument }) => ({
    renameProvider: textDocument?.rename?.prepareSupport ? { prepareProvider: true } : true,
  }),
  handlers: [
    onRequest("textDocument/prepareRename", (context, params): PrepareRenameResult | null => {
      const cursor = symbolsAt(context, params);
      const found = cursor && renamableAt(cursor.index, cursor.offset);
      if (!cursor || !found) return null;
      if ("refused" in found) throw failed(found.refused);
      return { range: cursor.document.range(found.span), placeholder: found.entity.name };
    }),
    onRequest("textDocument/rename", (context, params): WorkspaceEdit | null => {
      const cursor = symbolsAt(context, params);
      const found = cursor && renamableAt(cursor.index, cursor.offset);
      if (!cursor || !found) throw failed("there is no name here");
      if ("refused" in found) throw failed(found.refused);
      const edits = renamed(context.symbols, found.entity, String(params.newName), context.files());
      if ("refused" in edits) throw failed(edits.refused);
      return workspaceEdit(context, edits);
    }),
  ],
};
