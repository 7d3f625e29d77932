/** @file What is wrong in each file: what its own check finds, and what those of open documents find in files that they import. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Context } from "./context.js";
import { isLibraryPath } from "./library-documents.js";

/** By path, in the order of the texts, for the open documents, what they import, and one more document if given. */
export function findings(context: Context, also?: string): ReadonlyMap<string, readonly Diagnostic[]> {
  const { documents, project, settings } = context;
  const roots = [...new Set([...documents.open, ...(also === undefined ? [] : [also])])];
  const all = roots
    .filter((path) => !isLibraryPath(path))
    .flatMap((root) => (project.analyse(root)?.diagnostics ?? []).map((diagnostic) => ({ root, diagnostic })))
    .filter(({ diagnostic }) => diagnostic.severity === "error" || settings.lints);
  const isOwn = ({ root, diagnostic }: (typeof all)[number]) => diagnostic.location.file.name === root;
  const found = new Map<string, Map<string, Diagnostic>>();
  // A file's own check says it best: it does not speak of one of the models that come upon the same.
  for (const { diagnostic } of [...all.filter(isOwn), ...all.filter((one) => !isOwn(one))]) {
    const { code, message, location } = diagnostic;
    const { file, span } = location;
    const list = found.get(file.name) ?? new Map<string, Diagnostic>();
    found.set(file.name, list);
    const key = `${code} ${span.start} ${span.end} ${message}`;
    if (!list.has(key)) list.set(key, diagnostic);
  }
  const byPosition = (a: Diagnostic, b: Diagnostic) => a.location.span.start - b.location.span.start;
  return new Map([...found].map(([path, list]) => [path, [...list.values()].sort(byPosition)]));
}

/** In one document. */
export const findingsIn = (context: Context, path: string): readonly Diagnostic[] =>
  findings(context, path).get(path) ?? [];
