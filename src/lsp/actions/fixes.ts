/** @file Quick fixes: what each diagnostic proposes, one by one or all at once; and imports of words that another file has. */
import { CodeActionKind } from "../protocol.js";
import type { Diagnostic, Edit } from "../../diagnostics/diagnostic.js";
import { nameRules } from "../../check/diagnostics/names.js";
import type { Document } from "../documents.js";
import { findingsIn } from "../findings.js";
import { type Action, type ActionRequest, type Actions, touches } from "./action.js";

export const quickFixes: Actions = {
  kind: CodeActionKind.QuickFix,
  offer: (request) =>
    findingsIn(request.context, request.document.path)
      .filter(({ location }) => touches(location.span, request.span))
      .flatMap((diagnostic) => preferFirst([...imports(request, diagnostic), ...proposed(request, diagnostic)])),
};
/** A word that exists under the very name is more likely meant than one with a similar name. */
const preferFirst = (actions: readonly Action[]): readonly Action[] =>
  actions.map((action, k) => ({ ...action, isPreferred: k === 0 }));
function proposed({ document }: ActionRequest, diagnostic: Diagnostic): readonly Action[] {
  const { fix } = diagnostic;
  if (!fix) return [];
  return [
    {
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      edits: new Map([[document.path, fix.edits]]),
      diagnostic,
    },
  ];
}

/** Of edits that overlap the first is made: the next request sees what is then left. */
export function allFixes(diagnostics: readonly Diagnostic[]): readonly Edit[] {
  const chosen: Edit[] = [];
  for (const { fix } of diagnostics)
    if (fix && !fix.edits.some(({ span }) => chosen.some((other) => touches(span, other.span))))
      chosen.push(...fix.edits);
  return chosen;
}
export const fixAll: Actions = {
  kind: CodeActionKind.SourceFixAll,
  offer: ({ context, document }) => {
    const edits = allFixes(findingsIn(context, document.path));
    if (edits.length === 0) return [];
    return [
      {
        title: "fix all that can be fixed",
        kind: CodeActionKind.SourceFixAll,
        edits: new Map([[document.path, edits]]),
      },
    ];
  },
};

// ---- Imports

/** A word or constant that no one knows here, but that a file of the workspace declares. */
function imports({ context, document, index }: ActionRequest, diagnostic: Diagnostic): readonly Action[] {
  if (diagnostic.code !== nameRules.unknownWord.code && diagnostic.code !== nameRules.unknownName.code) return [];
  const { start, end } = diagnostic.location.span;
  const name = document.text.slice(start, end);
  return context.files().flatMap((path): Action[] => {
    const other = context.symbols.file(path);
    const isOwn = other?.names.exported(name).some(({ source }) => source.name === path);
    // A file that imports this one cannot be imported by it.
    if (!isOwn || path === document.path || other!.imports.has(document.path)) return [];
    const specifier = relative(document.uri, context.documents.uriOf(path));
    const edit = importing(document, name, path, specifier, (text) => context.host.resolve(text, document.path));
    return [
      {
        title: `import \`${name}\` from "${specifier}"`,
        kind: CodeActionKind.QuickFix,
        edits: new Map([[document.path, [edit]]]),
        diagnostic,
      },
    ];
  });

  function importing(
    { file }: Document,
    word: string,
    path: string,
    specifier: string,
    resolve: (text: string) => string,
  ): Edit {
    const all = index.file.declarations.filter((declaration) => declaration.kind === "import");
    const known = all.find(({ from, items }) => items.length > 0 && resolve(from.value) === path);
    const last = known?.items.at(-1);
    if (last) return { span: { start: last.span.end, end: last.span.end }, text: `, ${word}` };
    const line = `import { ${word} } from "${specifier}"\n`;
    const after = all.at(-1);
    const at = after ? after.span.end : 0;
    return {
      span: { start: at, end: at },
      text: after ? `\n${line.trimEnd()}` : `${line}${file.source.text === "" ? "" : "\n"}`,
    };
  }
}

/** `../parts/block.net` from one document to another, by their URIs. */
function relative(from: string, to: string): string {
  const here = from.split("/").slice(0, -1);
  const there = to.split("/");
  let same = 0;
  while (same < here.length && same < there.length - 1 && here[same] === there[same]) same += 1;
  const up = here.slice(same).map(() => "..");
  const path = [...(up.length > 0 ? up : ["."]), ...there.slice(same)].join("/");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
