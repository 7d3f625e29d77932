/** @file What the names in statements stand for, one after the other: each sees what was declared before it. */
import { setOf } from "../../check/scope.js";
import type {
  BufferStatement,
  Ellipsis,
  Expression,
  IndexItem,
  LetStatement,
  ParamStatement,
  RequireStatement,
  ResultType,
  ScanStatement,
  Shape,
  StateStatement,
  Statement,
  TypeExpression,
  WordDeclaration,
} from "../../syntax/ast.js";
import { SourceFile } from "../../base/source.js";
import { parse } from "../../syntax/parse.js";
import type { Entity } from "./entity.js";
import { isWord, recipe, typed, value } from "./expressions.js";
import { asName, bind, declare, introduce, occur, type Place, Scope } from "./scope.js";
import type { Part } from "./words.js";

// ---- Words

/** A word's signature and body. */
export function word(p: Place, entity: Entity, declaration: WordDeclaration): void {
  const parts = p.file.words.parts(entity)!;
  const all = [...parts.settings, ...parts.values];
  const options = new Map(all.flatMap((part) => [...part.options]));
  const inner: Place = {
    ...p,
    scope: new Scope(),
    options,
    set: setOf(declaration.word),
    container: entity,
  };
  for (const part of all) parameter(inner, part);
  if (declaration.result) result(inner, declaration.result);
  const { body } = declaration;
  if ("statements" in body) statements(inner, body.statements);
  else value(inner, body);
  for (const clause of declaration.gradients) {
    const of = parts.values.find(({ entity: { name } }) => name === clause.name.text);
    if (of) occur(inner, of.entity, clause.name.span, "read");
    const clauseScope = new Scope(inner.scope);
    for (const name of ["dout", "out"]) clauseScope.names.set(name, p.file.words.given(name));
    value({ ...inner, scope: clauseScope }, clause.value);
  }
}
function parameter(p: Place, part: Part): void {
  const { type, default: preset } = part.parameter;
  if (type?.kind === "options") for (const option of part.options.values()) introduce(p, option);
  else for (const shape of type?.kind === "shape" ? [type.shape] : (type?.shapes ?? [])) sizes(p, shape);
  if (preset) typed(p, preset, part);
  if (part.entity.name !== "") bind(p, introduce(p, part.entity));
}
/** Sizes that a signature names first are declared there. */
function sizes(p: Place, shape: Shape): void {
  const visit = (e: Expression): void => {
    if (e.kind === "name" && !p.scope.find(e.name) && !p.file.constants.has(e.name))
      bind(p, declare(p, "size", asName(e), e));
    else if (e.kind === "binary") [e.left, e.right].forEach(visit);
    else value(p, e);
  };
  for (const axis of shape.axes) {
    if (axis.kind === "from") continue;
    if (axis.kind !== "rest") visit(axis);
    else if (axis.name) {
      const known = p.scope.find(axis.name.text);
      if (known) occur(p, known, axis.name.span, "read");
      else bind(p, declare(p, "size", axis.name, axis));
    }
  }
}
export function shapeValues(p: Place, shape: Shape): void {
  for (const axis of shape.axes) {
    if (axis.kind === "from") continue;
    if (axis.kind !== "rest") value(p, axis);
    else if (axis.name) value(p, { kind: "name", name: axis.name.text, span: axis.name.span });
  }
}
export function typeValues(p: Place, type: TypeExpression): void {
  if (type.kind !== "options")
    for (const shape of type.kind === "shape" ? [type.shape] : type.shapes) shapeValues(p, shape);
}
function result(p: Place, type: ResultType): void {
  if (type.kind === "shape") return shapeValues(p, type.shape);
  value(p, type.condition);
  result(p, type.then);
  result(p, type.otherwise);
}

// ---- Statements

export function statements(p: Place, list: readonly Statement[]): void {
  for (const statement of list) one(p, statement);
}
export function one(p: Place, statement: Statement): void {
  switch (statement.kind) {
    case "return":
    case "serve":
      return value(p, statement.value);
    case "let":
      return letStatement(p, statement);
    case "use": {
      const callee = recipe(p, statement.value, "word");
      return bind(p, declare(p, "instance", statement.name, statement, callee ?? {}));
    }
    case "require":
      return require(p, statement);
    case "assign": {
      value(p, statement.value);
      const target = p.scope.find(statement.name.text);
      if (target) occur(p, target, statement.name.span, "write");
      return;
    }
    case "param":
      return param(p, statement);
    case "buffer":
    case "state":
      return stored(p, statement);
    case "scan":
      return scan(p, statement);
  }
}

/** Indices that a left side binds, as names in what follows. */
function bindIndices(p: Place, items: readonly IndexItem[]): Place {
  const inner: Place = { ...p, scope: new Scope(p.scope), scanIndex: undefined };
  const plain = items.every((item) => item.value.kind === "name");
  const visit = (e: Expression, fresh: boolean): void => {
    if (e.kind === "name") {
      const known = inner.scope.names.get(e.name) ?? (fresh ? undefined : p.scope.find(e.name));
      // In `y[i * s + a]`, what has a number already is no index.
      if (known && (inner.scope.names.has(e.name) || holdsNumber(known))) occur(p, known, e.span, "read");
      else bind(inner, declare(p, "index", asName(e), e));
    } else if (e.kind === "binary") [e.left, e.right].forEach((side) => visit(side, false));
    else if (e.kind === "unary") visit(e.operand, false);
    else value(inner, e);
  };
  for (const item of items) {
    if (item.range) value(p, item.range);
    visit(item.value, plain || item.range !== undefined);
  }
  return inner;
}
const holdsNumber = ({ kind }: Entity): boolean => kind === "setting" || kind === "size" || kind === "let";
const indexItems = (items: readonly (Ellipsis | IndexItem)[] | undefined) =>
  items?.filter((item) => item.kind === "index") ?? [];

function letStatement(p: Place, statement: LetStatement): void {
  const { target } = statement;
  if (statement.type) typeValues(p, statement.type);
  if (target.kind === "names") {
    value(p, statement.value);
    for (const name of target.names) bind(p, declare(p, "let", name, statement));
    return;
  }
  if (target.indices) {
    const items = indexItems(target.indices);
    const { scanIndex } = p;
    const isRow = (item: IndexItem) => item.value.kind === "name" && item.value.name === scanIndex?.name;
    if (scanIndex) for (const item of items.filter(isRow)) occur(p, scanIndex, item.value.span, "read");
    value(
      bindIndices(
        p,
        items.filter((item) => !isRow(item)),
      ),
      statement.value,
    );
  } else value(p, statement.value);
  const carried = p.scope.names.get(target.name.text);
  // What a scan carries stays carried.
  if (carried?.kind === "carried") return occur(p, carried, target.name.span, "write");
  // Another name for a word that is applied: `let f = activation`.
  const { value: e } = statement;
  const same = e.kind === "name" ? p.scope.find(e.name)?.recipe : undefined;
  bind(p, declare(p, "let", target.name, statement, same));
}

function param(p: Place, statement: ParamStatement): void {
  shapeValues(p, statement.shape);
  conditions(p, statement.when);
  if (statement.indices) value(bindIndices(p, indexItems(statement.indices)), statement.initializer);
  else initial(p, statement.initializer);
  bind(p, declare(p, "param", statement.name, statement));
  for (const option of statement.options) {
    if (option.kind === "regularize") recipe(p, option.value, "regularizer");
    if (option.kind === "constrain") recipe(p, option.value, "constraint");
  }
}
function stored(p: Place, statement: BufferStatement | StateStatement): void {
  if (statement.shape) shapeValues(p, statement.shape);
  conditions(p, statement.when);
  initial(p, statement.kind === "buffer" ? statement.initial.value : statement.value);
  bind(p, declare(p, statement.kind, statement.name, statement));
}
function initial(p: Place, e: Expression): void {
  if (isWord(p, e, "initializer")) recipe(p, e, "initializer");
  else value(p, e);
}
function conditions(p: Place, when: ParamStatement["when"]): void {
  if (!when) return;
  value(p, when.condition);
  if (when.otherwise) value(p, when.otherwise);
}

function scan(p: Place, statement: ScanStatement): void {
  value(p, statement.range);
  for (const item of statement.carried) {
    conditions(p, item.when);
    value(p, item.value);
  }
  const scope = new Scope(p.scope);
  const index = declare(p, "index", statement.index, statement.index);
  const inner: Place = { ...p, scope, scanIndex: index };
  bind(inner, index);
  const carried = statement.carried.map((item) => declare(p, "carried", item.name, item));
  for (const entity of carried) bind(inner, entity);
  statements(inner, statement.body.statements);
  // Afterwards the names mean the last values, and the rows that were written.
  for (const entity of carried) bind(p, entity);
  for (const written of statement.body.statements)
    if (written.kind === "let" && written.target.kind === "name" && written.target.indices)
      bind(p, scope.names.get(written.target.name.text));
}

/** The braces in the text of a `require` hold expressions. */
function require(p: Place, { condition, message }: RequireStatement): void {
  value(p, condition);
  const raw = p.file.source.text.slice(message.span.start, message.span.end);
  for (const { 1: inside, index } of raw.matchAll(/\{([^{}]*)\}/g)) {
    const prefix = "const text = ";
    const [declaration] = parse(new SourceFile("message", prefix + inside)).file.declarations;
    if (declaration?.kind !== "const") continue;
    const offset = p.offset + message.span.start + index + 1 - prefix.length;
    value({ ...p, offset }, declaration.value);
  }
}
