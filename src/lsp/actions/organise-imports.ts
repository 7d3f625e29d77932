/** @file Organises imports: without names that nothing uses, one import for each file, files and names in alphabetical order. */
import { CodeActionKind } from "../protocol.js";
import { statementSpan } from "../../check/edits.js";
import type { Edit } from "../../diagnostics/diagnostic.js";
import type { ImportDeclaration, ImportItem } from "../../syntax/ast.js";
import { isSame } from "../symbols/entity.js";
import type { ActionRequest, Actions } from "./action.js";

const kind = CodeActionKind.SourceOrganizeImports;

export const organiseImports: Actions = {
  kind,
  offer: (request) => {
    const edits = organised(request);
    return edits.length === 0
      ? []
      : [{ title: "organise imports", kind, edits: new Map([[request.document.path, edits]]) }];
  },
};

/** Nothing where imports are broken, or where comments stand among them: whose they are only a person knows. */
function organised(request: ActionRequest): readonly Edit[] {
  const { document } = request;
  const { file, source, text } = document;
  const imports = file.declarations.filter((declaration) => declaration.kind === "import");
  const [first] = imports;
  const last = imports.at(-1);
  if (!first || !last) return [];
  const region = { start: first.span.start, end: statementSpan(last, source).end };
  const isBroken = imports.some(({ from, items }) => from.value === "" || items.some(({ name }) => name.text === ""));
  if (isBroken || file.comments.some(({ span }) => region.start <= span.start && span.end <= region.end)) return [];

  const isUsed = usage(request);
  const byFile = new Map<string, Map<string, ImportItem>>();
  for (const { from, items } of imports) {
    const known = byFile.get(from.value) ?? new Map<string, ImportItem>();
    for (const item of items) if (isUsed(item)) known.set(spelled(item), item);
    byFile.set(from.value, known);
  }
  const lines = [...byFile]
    .filter(([, items]) => items.size > 0)
    .sort(([a], [b]) => compare(a, b))
    .map(([path, items]) => {
      const names = [...items.keys()].sort(compare);
      return `import { ${names.join(", ")} } from ${JSON.stringify(path)}`;
    });
  const whole = lines.join("\n");
  if (text.slice(first.span.start, last.span.end) === whole) return [];
  const others = imports.slice(1).map((other): Edit => ({ span: statementSpan(other, source), text: "" }));
  // Without any name left the line goes, and with it the blank lines below.
  const line = statementSpan(first, source);
  const blank = whole === "" && imports.length === 1 ? /^\s*/.exec(text.slice(line.end))![0].length : 0;
  const span = whole === "" ? { start: line.start, end: line.end + blank } : first.span;
  return [{ span, text: whole }, ...others];
}
const spelled = ({ name, as }: ImportItem): string => (as ? `${name.text} as ${as.text}` : name.text);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether anything uses an import: here, or a file that imports it from here. */
function usage({ context, document, index }: ActionRequest): (item: ImportItem) => boolean {
  const lists = index.file.declarations.filter(
    (declaration): declaration is ImportDeclaration => declaration.kind === "import",
  );
  const reads = index.occurrences.filter(
    ({ access, span }) =>
      access !== "declaration" && !lists.some((list) => list.span.start <= span.start && span.end <= list.span.end),
  );
  const elsewhere = new Set<string>();
  for (const path of context.files()) {
    const other = context.symbols.file(path);
    if (!other?.imports.has(document.path)) continue;
    for (const declaration of other.file.declarations)
      if (declaration.kind === "import" && context.host.resolve(declaration.from.value, path) === document.path)
        for (const { name } of declaration.items) elsewhere.add(name.text);
  }
  return (item) => {
    const imported = index.names.imported.find((entry) => entry.item === item);
    // Of what is not found nobody knows what it is for.
    if (!imported || imported.targets.length === 0 || elsewhere.has((item.as ?? item.name).text)) return true;
    const entities = imported.alias ? [imported.alias] : imported.targets;
    return reads.some(({ entity }) => entities.some((own) => isSame(own, entity)));
  };
}
