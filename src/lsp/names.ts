/** @file What the name at a place means: a value of the declaration around it, a word, a setting, a constant. */
import type { Builtin } from "../check/builtin.js";
import { builtins } from "../check/builtins/index.js";
import { type Constant, type FileScope, type Word, wordSets } from "../check/scope.js";
import type { Span } from "../base/source.js";
import type { Call, Carried, File, ModelItem, Name, Parameter, Stage, Statement } from "../syntax/ast.js";
import { pathAt, type SyntaxNode, walk } from "../syntax/walk.js";
import { type CallSite, callsIn } from "./calls.js";

export type Meaning =
  | { readonly kind: "word"; readonly word: Word | Builtin }
  | { readonly kind: "setting"; readonly parameter: Parameter; readonly word: Word }
  | { readonly kind: "constant"; readonly constant: Constant }
  /** A port, let, use, param, index, .., or a setting or value inside its word; by where it is declared. */
  | { readonly kind: "local"; readonly declaration: LocalName };

export interface LocalName {
  readonly name: Name;
  /** The statement, item or parameter that declares it. */
  readonly node: SyntaxNode;
}

/** The identifier that an offset is in or right behind; undefined elsewhere. */
export function identifierAt(text: string, offset: number): { readonly name: string; readonly span: Span } | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  while (end < text.length && /\w/.test(text[end]!)) end++;
  const name = text.slice(start, end);
  return /^[A-Za-z_]/.test(name) ? { name, span: { start, end } } : undefined;
}

/** Names that a declaration declares inside, in the order of the text. */
export function localNames(declaration: SyntaxNode): readonly LocalName[] {
  const found: LocalName[] = [];
  walk(declaration, (node) => {
    for (const name of namesOf(node)) if (name && name.text !== "") found.push({ name, node });
  });
  return found.sort((a, b) => a.name.span.start - b.name.span.start);
}
function namesOf(node: SyntaxNode): readonly (Name | undefined)[] {
  if (isStage(node)) return [node.as];
  if (isParameter(node) || isCarried(node)) return [node.name];
  const statement = node as Statement | ModelItem;
  switch (statement.kind) {
    case "let":
      return statement.target.kind === "names" ? statement.target.names : [statement.target.name];
    case "scan":
      return [statement.index];
    case "use":
    case "param":
    case "buffer":
    case "state":
    case "input":
    case "target":
    case "output":
      return [statement.name];
    default:
      return [];
  }
}
const isStage = (node: SyntaxNode): node is Stage => "word" in node && "as" in node && "repeat" in node;
const isParameter = (node: SyntaxNode): node is Parameter => "default" in node;
const isCarried = (node: SyntaxNode): node is Carried => "kept" in node;

/** What the identifier at an offset means; undefined where it means nothing. */
export function meaningAt(
  file: File,
  scope: FileScope,
  offset: number,
): (Meaning & { readonly span: Span }) | undefined {
  const found = identifierAt(file.source.text, offset);
  if (!found) return undefined;
  const { name, span } = found;
  const at = pathAt(file, span.start);
  const inside = at.some(({ span: { start, end } }, k) => k > 0 && start <= span.start && span.end <= end);
  if (!inside || isComment(file, span)) return undefined;

  const call = argumentNamed(callsIn(file, scope), span);
  if (call) return { ...call, span };
  const declaration = at[1];
  const locals = declaration ? localNames(declaration).filter((local) => local.name.text === name) : [];
  const own = locals.find((local) => local.name.span.start === span.start);
  if (own) return { kind: "local", declaration: own, span };
  const word = wordNamed(scope, name, at);
  const constant = scope.constants.get(name);
  const before = locals.findLast((local) => local.name.span.start < span.start) ?? locals[0];
  const meanings: readonly (Meaning | undefined)[] = [
    before && { kind: "local", declaration: before },
    constant && { kind: "constant", constant },
    word && { kind: "word", word },
  ];
  // `name(` and stages seek words, anything else values.
  const ordered = seeksWord(at, span) ? meanings.toReversed() : meanings;
  const meaning = ordered.find((one) => one !== undefined);
  return meaning && { ...meaning, span };
}

const isComment = (file: File, { start }: Span): boolean =>
  file.comments.some(({ span }) => span.start <= start && start < span.end);

function argumentNamed(calls: readonly CallSite[], { start }: Span): Meaning | undefined {
  for (const { word, arguments: given } of calls)
    for (const { argument, parameter } of given)
      if (argument.name?.span.start === start && parameter && word.kind === "word")
        return { kind: "setting", parameter, word };
  return undefined;
}

const seeksWord = (path: readonly SyntaxNode[], { start }: Span): boolean =>
  path.some((node) => (isStage(node) ? node.word : isCall(node) ? node.callee : undefined)?.span.start === start);
const isCall = (node: SyntaxNode): node is Call => node.kind === "call";

/** Of words of several kinds that share a name, the one whose kind the statement asks for, else a plain word. */
function wordNamed(scope: FileScope, name: string, path: readonly SyntaxNode[]): Word | Builtin | undefined {
  const kinds = new Set(path.map(({ kind }) => kind));
  const due = kinds.has("optimizer") ? "optimizer" : kinds.has("param") || kinds.has("buffer") ? "initializer" : "word";
  for (const set of [due, ...wordSets] as const) {
    const word = scope.word(set, name) ?? (set === "word" ? builtins.get(name) : undefined);
    if (word) return word;
  }
  return undefined;
}
