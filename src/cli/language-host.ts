/** @file The file system as the language server's host. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { LanguageHost } from "../lsp/host.js";
import { formatOptions } from "./format-options.js";
import { nodeHost } from "../host/files.js";

/** Folders in which nobody keeps sources. */
const skipped = /^(?:\..*|node_modules|dist)$/;
/** Beyond these a folder is hardly a project, but somebody's home. */
const mostFiles = 10_000;
const deepest = 20;

function netFiles(folder: string, depth: number, found: string[]): void {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    if (found.length >= mostFiles) return;
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith(".net")) found.push(path);
    else if (entry.isDirectory() && depth < deepest && !skipped.test(entry.name)) netFiles(path, depth + 1, found);
  }
}

export const languageHost: LanguageHost = {
  ...nodeHost,
  pathOf(uri) {
    try {
      return fileURLToPath(uri);
    } catch {
      // No file of this machine: `untitled:1`, another host's.
      return uri;
    }
  },
  uriOf: (path) => (/^\w[\w+.-]+:/.test(path) ? path : pathToFileURL(path).href),
  files(folder) {
    const found: string[] = [];
    netFiles(folder, 0, found);
    return found;
  },
  formatOptions,
};
