/** @file Workspace symbols: words, constants and models of all files, with what models declare, by part of a name. */
import type { SymbolInformation } from "../protocol.js";
import { type Feature, onRequest } from "../feature.js";
import { type OutlineEntry, outlineOf } from "../outline.js";

/** Whether the letters of a query stand in a name in their order, whatever stands between. */
export function fits(query: string, name: string): boolean {
  const wanted = query.toLowerCase();
  let k = 0;
  for (const letter of name.toLowerCase()) if (letter === wanted[k]) k += 1;
  return k === wanted.length;
}
const limit = 1000;

export const workspaceSymbols: Feature = {
  name: "workspaceSymbols",
  capabilities: { workspaceSymbolProvider: true },
  handlers: [
    onRequest("workspace/symbol", (context, { query }): SymbolInformation[] => {
      const found: SymbolInformation[] = [];
      for (const path of context.files()) {
        const document = context.documents.at(path);
        if (!document) continue;
        const add = ({ name, kind, selection, children }: OutlineEntry, within?: string): void => {
          if (fits(String(query ?? ""), name))
            found.push({
              name,
              kind,
              location: { uri: document.uri, range: document.range(selection) },
              ...(within === undefined ? {} : { containerName: within }),
            });
          if (within === undefined) for (const child of children) add(child, name);
        };
        for (const item of outlineOf(document.file)) add(item);
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    }),
  ],
};
