/**
 * @file Reads a broken file piece by piece, so that an error spoils only the statement that has it.
 *
 * Newlines mean nothing to the grammar, but people put declarations at the margin and statements on lines of their own. Only where
 * the parser has found an error is this layout believed: each declaration, then each statement of a broken one, is parsed alone.
 */
import type { CstNode, IRecognitionException, IToken, TokenType } from "../../grammar/chevrotain.js";
import type * as cst from "../../grammar/cst.js";
import type { NetParser } from "../../grammar/parser.js";
import * as t from "../../grammar/tokens.js";
import type { Declaration, ModelItem, Statement } from "./ast.js";
import { spanOr, type Context } from "./convert/context.js";
import { declarationsOf, modelFrom, modelItemOf, wordFrom } from "./convert/declarations.js";
import { returnOf, scanOf, statementOf } from "./convert/statements.js";
import { reportError, reportExpected, reportStart, type Reporter } from "./messages.js";
import { endOf, endsOperand, indexOf, isA, lineColumns } from "./tokens.js";

const { keyword } = t;

/** A half-open range of token indices. */
interface Piece {
  readonly from: number;
  readonly to: number;
}

type Rule = keyof NetParser & string;
type StatementRule = Exclude<keyof cst.StatementCstNode["children"], undefined>;
type ItemRule = Exclude<keyof cst.ModelItemCstNode["children"], "statement">;
type DeclarationRule = keyof cst.FileCstNode["children"];

const statementRules = new Map<TokenType, StatementRule | "returnStatement">([
  [keyword.let, "letStatement"],
  [keyword.use, "useStatement"],
  [keyword.require, "requireStatement"],
  [keyword.serve, "serveStatement"],
  [keyword.param, "paramStatement"],
  [keyword.buffer, "bufferStatement"],
  [keyword.state, "stateStatement"],
  [keyword.scan, "scanStatement"],
  [keyword.return, "returnStatement"],
]);
const itemRules = new Map<TokenType, ItemRule>([
  [keyword.input, "port"],
  [keyword.target, "port"],
  [keyword.output, "output"],
  [keyword.loss, "objective"],
  [keyword.metric, "objective"],
  [keyword.optimizer, "optimizer"],
  [keyword.data, "configuration"],
  [keyword.train, "configuration"],
  [keyword.phase, "configuration"],
]);
const declarationRule = (token: IToken): DeclarationRule | undefined =>
  token.tokenType === keyword.import
    ? "importDeclaration"
    : token.tokenType === keyword.const
      ? "constDeclaration"
      : token.tokenType === keyword.model
        ? "model"
        : isA(token, t.Kind)
          ? "word"
          : undefined;

/** Statements that hold others in braces, found by indentation. */
const containers = new Set([keyword.scan, keyword.data, keyword.train, keyword.phase]);
/** After a soft keyword these show that it is one, not a name in an expression that runs over several lines. */
const followers = [t.Name, t.NumberToken, t.StringToken, t.PrefixOperator, keyword.if];
/** A text with more errors than this is hardly a `.net` text; the rest of it is not read. */
const errorLimit = 100;
/** Scans inside each other beyond this are left to the parser's own recovery, which keeps the work linear. */
const scanDepthLimit = 8;

/** One that stops at the first error, for pieces that are cut further when they have one, and one that goes on. */
export interface Parsers {
  readonly strict: NetParser;
  readonly recovering: NetParser;
}

export function recover(context: Context, reporter: Reporter, parsers: Parsers): Declaration[] {
  const { tokens } = reporter;
  const columns = lineColumns(context.source, tokens);
  const at = (i: number): TokenType | undefined => tokens[i]?.tokenType;

  const exhausted = () => reporter.diagnostics.list.length > errorLimit;

  const run = <N extends CstNode>(rule: Rule, { from, to }: Piece, parser = parsers.recovering) => {
    parser.input = tokens.slice(from, to);
    const node = (parser[rule] as () => N)();
    const [error] = parser.errors;
    parser.input = [];
    return { node, error };
  };

  // ---- Where pieces begin

  const unindented = tokens.some(
    (token, i) => columns[i] === 0 && statementRules.has(token.tokenType) && !isA(token, t.Name),
  );
  const opensDeclaration = (i: number): boolean => {
    if (columns[i] === undefined) return false;
    if (at(i) === keyword.import || at(i) === keyword.const) return true;
    if ((at(i) !== keyword.model && !isA(tokens[i], t.Kind)) || !isA(tokens[i + 1], t.Name)) return false;
    // Where indentation says nothing, `loss f(y)` in a model and a word of that kind differ by what follows.
    return !unindented || !itemRules.has(at(i)!) || definesWord(i + 2);
  };
  const definesWord = (from: number): boolean => {
    let depth = 0;
    for (let i = from; i < from + 200; i++) {
      const type = at(i);
      if (type === t.LParen || type === t.LBracket) depth += 1;
      else if (type === t.RParen || type === t.RBracket) depth -= 1;
      else if (depth === 0) return i > from && (type === t.Is || type === t.LBrace || type === t.Arrow);
    }
    return false;
  };
  let margin = columns[0]!;
  for (let i = 0; i < tokens.length; i++) if (opensDeclaration(i)) margin = Math.min(margin, columns[i]!);
  const atMargin = (i: number): boolean => columns[i] !== undefined && columns[i] <= margin;
  const beginsAnew = (i: number): boolean =>
    isA(tokens[i], t.Name) &&
    endsOperand(tokens[i - 1]) &&
    at(i) !== keyword.kept &&
    at(i) !== keyword.gradient &&
    at(i) !== keyword.surrogate;
  const beginsDeclaration = (i: number): boolean =>
    atMargin(i) &&
    (opensDeclaration(i) || (!unindented && (beginsAnew(i) || declarationRule(tokens[i]!) !== undefined)));

  const beginsStatement = (i: number): boolean => {
    if (columns[i] === undefined) return false;
    const type = at(i)!;
    if (!isA(tokens[i], t.Name)) return statementRules.has(type);
    if (beginsAnew(i) || at(i + 1) === t.Assign) return true;
    if (type === keyword.data || type === keyword.train) return at(i + 1) === t.LBrace;
    return (
      (statementRules.has(type) || itemRules.has(type)) && followers.some((follower) => isA(tokens[i + 1], follower))
    );
  };

  const next = (from: number, to: number, begins: (i: number) => boolean): number => {
    for (let i = from; i < to; i++) if (begins(i)) return i;
    return to;
  };

  // ---- Statements

  const statements = (piece: Piece, inModel: boolean, depth: number): (Statement | ModelItem)[] => {
    const found: (Statement | ModelItem)[] = [];
    const closes = (i: number) => at(i) === t.RBrace && columns[i] !== undefined;
    for (let from = piece.from; from < piece.to && !exhausted();) {
      if (at(from) === t.RBrace) {
        from += 1;
        continue;
      }
      const column = columns[from] ?? Infinity;
      const holds = containers.has(at(from)!);
      let to = next(from + 1, piece.to, (i) => {
        if (!holds || column === Infinity) return closes(i) || beginsStatement(i);
        return (columns[i] ?? Infinity) <= column && (closes(i) || beginsStatement(i));
      });
      if (holds && closes(to) && columns[to] === column && to < piece.to) to += 1;
      const entry = statement({ from, to }, inModel, depth);
      if (entry) found.push(entry);
      from = to;
    }
    return found;
  };

  /** Braces left over at the end of a piece close what is around it. */
  const matters = (error: IRecognitionException | undefined, { to }: Piece): error is IRecognitionException => {
    if (error?.name !== "NotAllInputParsedException") return error !== undefined;
    for (let i = indexOf(tokens, error.token); i < to; i++) {
      if (at(i) !== t.RBrace) return true;
    }
    return false;
  };

  const statement = (piece: Piece, inModel: boolean, depth: number): Statement | ModelItem | undefined => {
    const { from, to } = piece;
    const first = tokens[from]!;
    const assigns = isA(first, t.Name) && at(from + 1) === t.Assign;
    const rule = assigns ? "assignStatement" : statementRules.get(first.tokenType);
    const item = rule === undefined && inModel ? itemRules.get(first.tokenType) : undefined;
    if ((rule === undefined && item === undefined) || (inModel && rule === "returnStatement")) {
      const keywords = [...statementRules.keys(), ...(inModel ? itemRules.keys() : [])].map(
        (type) => type.PATTERN as string,
      );
      reportStart(reporter, inModel ? "an item of the model" : "a statement", first, tokens[from + 1], keywords);
      return undefined;
    }
    if (rule === "scanStatement" && depth < scanDepthLimit && matters(run(rule, piece, parsers.strict).error, piece)) {
      return scan(piece, depth);
    }
    const { node, error } = run(rule ?? item!, piece);
    if (matters(error, piece)) reportError(reporter, error, to);
    if (item !== undefined) return modelItemOf(context, wrapped<cst.ModelItemCstNode>("modelItem", item, node));
    if (rule === "returnStatement") return returnOf(context, node as cst.ReturnStatementCstNode);
    return statementOf(context, wrapped<cst.StatementCstNode>("statement", rule!, node));
  };

  const scan = ({ from, to }: Piece, depth: number): Statement => {
    const { brace, header, error } = headerOf<cst.ScanHeaderCstNode>("scanHeader", { from, to });
    if (!error) missingBrace(brace, to);
    const inner = statements({ from: at(brace) === t.LBrace ? brace + 1 : brace, to }, false, depth + 1);
    const span = { start: spanOr(tokens[Math.min(brace, to - 1)], 0).start, end: endOf(tokens[to - 1]!) };
    return scanOf(context, header, { statements: inner.filter(isStatement), span }, tokens[from]!.startOffset);
  };

  // ---- Declarations

  /** The part before the braces, and the index of the opening one or of the first statement where it is absent. */
  const headerOf = <N extends CstNode>(rule: "wordHeader" | "modelHeader" | "scanHeader", { from, to }: Piece) => {
    const brace = next(from + 1, to, (i) => at(i) === t.LBrace || beginsStatement(i));
    const { node, error } = run<N>(rule, { from, to: brace });
    if (error) reportError(reporter, error, brace);
    return { brace, header: node, error };
  };
  const missingBrace = (brace: number, to: number): void => {
    if (at(brace) === t.LBrace) return;
    reportExpected(reporter, "`{`", tokens[brace - 1], brace < to ? tokens[brace] : tokens[to]);
  };

  const declaration = (piece: Piece): Declaration | undefined => {
    const { from, to } = piece;
    const first = tokens[from]!;
    const rule = declarationRule(first);
    if (rule === undefined) {
      reportStart(reporter, "a declaration", first, undefined, ["import", "const", "model", ...t.kindKeywords]);
      return unheaded(piece);
    }
    const whole = (node: CstNode) => declarationsOf(context, wrapped<cst.FileCstNode>("file", rule, node))[0];
    const sound = run(rule, piece, parsers.strict);
    if (!sound.error) return whole(sound.node);
    const body = next(from + 1, to, (i) => at(i) === t.LBrace || beginsStatement(i));
    const braced = (rule === "word" || rule === "model") && body < to;
    if (!braced || (rule === "word" && definesByExpression(from, body))) {
      const { node, error } = run(rule, piece);
      reportError(reporter, error ?? sound.error, to);
      return whole(node);
    }
    const start = first.startOffset;
    const span = { start, end: endOf(tokens[to - 1]!) };
    if (rule === "model") {
      const { brace, header, error } = headerOf<cst.ModelHeaderCstNode>("modelHeader", piece);
      if (!error) missingBrace(brace, to);
      const items = statements({ from: at(brace) === t.LBrace ? brace + 1 : brace, to }, true, 0);
      return modelFrom(context, header, items.filter(isModelItem), span);
    }
    const { brace, header, error: headerError } = headerOf<cst.WordHeaderCstNode>("wordHeader", piece);
    if (!headerError) missingBrace(brace, to);
    const clauses = clausesAfter(brace, to);
    const end = clauses[0]?.from ?? to;
    const inner = statements({ from: at(brace) === t.LBrace ? brace + 1 : brace, to: end }, false, 0);
    const bodySpan = { start: tokens[brace]!.startOffset, end: endOf(tokens[end - 1]!) };
    const gradients = clauses.map((clause) => {
      const { node, error } = run<cst.GradientClauseCstNode>("gradientClause", clause);
      if (error) reportError(reporter, error, clause.to);
      return node;
    });
    return wordFrom(context, header, { statements: inner.filter(isStatement), span: bodySpan }, gradients, start);
  };

  /** A model whose first line is not yet one: items that only models have tell. */
  const unheaded = ({ from, to }: Piece): Declaration | undefined => {
    const begin = next(from + 1, to, beginsStatement);
    const telling = next(begin, to, (i) => beginsStatement(i) && (at(i) === keyword.input || at(i) === keyword.output));
    if (telling === to) return undefined;
    const span = { start: tokens[from]!.startOffset, end: endOf(tokens[to - 1]!) };
    return modelFrom(context, undefined, statements({ from: begin, to }, true, 0).filter(isModelItem), span);
  };

  /** Whether `=` stands outside all brackets before the index. */
  const definesByExpression = (from: number, to: number): boolean => {
    let depth = 0;
    for (let i = from; i < to; i++) {
      const type = at(i);
      if (type === t.LParen || type === t.LBracket) depth += 1;
      else if (type === t.RParen || type === t.RBracket) depth -= 1;
      else if (type === t.Is && depth <= 0) return true;
    }
    return false;
  };

  const clausesAfter = (brace: number, to: number): Piece[] => {
    let last = to - 1;
    while (last > brace && at(last) !== t.RBrace) last -= 1;
    const begins = (i: number) => at(i) === keyword.gradient || at(i) === keyword.surrogate;
    const clauses: Piece[] = [];
    if (last <= brace) return clauses;
    for (let from = next(last + 1, to, begins), end = from; from < to; from = end) {
      end = next(from + 1, to, begins);
      clauses.push({ from, to: end });
    }
    return clauses;
  };

  const declarations: Declaration[] = [];
  for (let from = 0; from < tokens.length && !exhausted();) {
    const to = next(from + 1, tokens.length, beginsDeclaration);
    const found = declaration({ from, to });
    if (found) declarations.push(found);
    from = to;
  }
  return declarations;
}

/** A rule's tree inside that of the rule which offers it. */
const wrapped = <N extends CstNode>(name: N["name"], child: string, node: CstNode): N =>
  ({ name, children: { [child]: [node] }, ...(node.location ? { location: node.location } : {}) }) as unknown as N;

const statementKinds: ReadonlySet<string> = new Set([
  "return",
  "let",
  "use",
  "require",
  "serve",
  "assign",
  "param",
  "buffer",
  "state",
  "scan",
] satisfies Statement["kind"][]);
const isStatement = (entry: Statement | ModelItem): entry is Statement => statementKinds.has(entry.kind);
const isModelItem = (entry: Statement | ModelItem): entry is ModelItem => entry.kind !== "return";
