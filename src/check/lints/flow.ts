/** @file Which word is applied to the result of which, within a model or a word's body, followed through names. */
import type { Span } from "../../base/source.js";
import {
  type Argument,
  type Block,
  type Call,
  type Expression,
  type File,
  type ModelDeclaration,
  type ModelItem,
  type OutputItem,
  type Pipe,
  type Stage,
  type Statement,
  type WordDeclaration,
} from "../../syntax/ast.js";
import { children, isExpression, type SyntaxNode } from "../../syntax/walk.js";
import { activated, activations } from "./vocabulary.js";

/** A word applied to a value. */
export interface Application {
  /** Undefined for arithmetic and for words that the file itself declares or imports. */
  readonly word: string | undefined;
  /** The word's name where it is applied. */
  readonly name: Span;
  /** The word with its settings: of the stage, of the call, or right of `use`. */
  readonly recipe: Expression;
  readonly form:
    | { readonly kind: "stage"; readonly pipe: Pipe; readonly stage: Stage; readonly repeated: boolean }
    | { readonly kind: "call"; readonly call: Call }
    /** `activation: relu` of the word applied before. */
    | { readonly kind: "setting"; readonly owner: Expression; readonly argument: Argument }
    | { readonly kind: "operation" };
  /** What its first value comes from; undefined for inputs, targets, parameters and numbers. */
  readonly from: Application | undefined;
}

/** A model, or the body of a word. */
export interface Flow {
  readonly declaration: ModelDeclaration | (WordDeclaration & { readonly body: Block });
  /** In the order of the text; a repeated stage counts twice. */
  readonly applications: readonly Application[];
  /** Applications whose result more than one place reads, an output among them. */
  readonly shared: ReadonlySet<Application>;
  /** The last word applied to each output. */
  readonly outputs: readonly { readonly item: OutputItem; readonly last: Application | undefined }[];
}

/** Names of words that the file itself declares or imports. */
export const ownWords = (file: File): ReadonlySet<string> =>
  new Set(
    file.declarations.flatMap((declaration) => {
      if (declaration.kind === "word") return [declaration.name.text];
      return declaration.kind === "import" ? declaration.items.map((item) => (item.as ?? item.name).text) : [];
    }),
  );
/** Undefined for a word that is one expression. */
export function flowOf(declaration: ModelDeclaration | WordDeclaration, own: ReadonlySet<string>): Flow | undefined {
  if (declaration.kind === "model") return follow(declaration, declaration.items, own);
  return hasBlock(declaration) ? follow(declaration, declaration.body.statements, own) : undefined;
}

const hasBlock = (word: WordDeclaration): word is WordDeclaration & { readonly body: Block } =>
  "statements" in word.body;

/** The name of a recipe: `lstm` in `lstm(64)`. */
function wordName(recipe: Expression): { readonly name: string; readonly span: Span } | undefined {
  if (recipe.kind === "call") return wordName(recipe.callee);
  return recipe.kind === "name" ? recipe : undefined;
}

/** The arguments in a recipe's first parentheses. */
export function settingsOf(recipe: Expression): readonly Argument[] {
  if (recipe.kind !== "call") return [];
  return recipe.callee.kind === "call" ? settingsOf(recipe.callee) : recipe.arguments;
}

function follow(
  declaration: Flow["declaration"],
  statements: readonly (ModelItem | Statement)[],
  own: ReadonlySet<string>,
): Flow {
  const applications: Application[] = [];
  const outputs: Flow["outputs"][number][] = [];
  /** What each name holds; names that are not here hold inputs, parameters and the like. */
  const values = new Map<string, Application | undefined>();
  const instances = new Map<string, Expression>();
  const read = new Set<Application>();
  const shared = new Set<Application>();
  const reads = (last: Application | undefined): Application | undefined => {
    if (last) (read.has(last) ? shared : read).add(last);
    return last;
  };

  const operation = (e: Expression): Application => ({
    word: undefined,
    name: e.span,
    recipe: e,
    form: { kind: "operation" },
    from: undefined,
  });

  function apply(
    applied: Expression,
    form: Exclude<Application["form"], { kind: "setting" | "operation" }>,
    from: Application | undefined,
  ): Application {
    const local = wordName(applied);
    const recipe = (local && instances.get(local.name)) ?? applied;
    const found = wordName(recipe);
    const word = found && !own.has(found.name) ? found.name : undefined;
    let last: Application = { word, name: (local ?? applied).span, recipe, form, from };
    applications.push(last);
    if (word === undefined || !activated.includes(word)) return last;
    const argument = settingsOf(recipe).find(isActivation);
    const activation = argument && wordName(argument.value);
    if (!argument || !activation) return last;
    last = {
      word: own.has(activation.name) ? undefined : activation.name,
      name: activation.span,
      recipe: argument.value,
      form: { kind: "setting", owner: recipe, argument },
      from: last,
    };
    applications.push(last);
    return last;
  }

  /** What is applied last to give the value of an expression. */
  function value(e: Expression): Application | undefined {
    if (e.kind === "name") return reads(values.get(e.name));
    if (e.kind === "number" || e.kind === "string") return undefined;
    if (e.kind === "pipe") {
      let last = value(e.value);
      for (const stage of e.stages) {
        visitInside(stage.word);
        const times = stage.repeat === undefined ? 1 : 2;
        for (let k = 0; k < times; k++)
          last = apply(stage.word, { kind: "stage", pipe: e, stage, repeated: times > 1 }, last);
        if (stage.as) instances.set(stage.as.text, stage.word);
      }
      return last;
    }
    if (e.kind === "call" && wordName(e)) {
      // `cross_entropy(label_smoothing: 0.1)(y, label)`: the settings come first.
      if (e.callee.kind === "call") visitInside(e.callee);
      const [first] = e.arguments.filter((argument) => argument.name === undefined);
      const from = first && value(first.value);
      for (const argument of e.arguments) if (argument !== first) value(argument.value);
      return apply(e, { kind: "call", call: e }, from);
    }
    visitInside(e);
    return operation(e);
  }

  function visitInside(node: SyntaxNode): void {
    for (const child of children(node)) {
      if (isExpression(child)) value(child);
      else visitInside(child);
    }
  }

  function visit(item: ModelItem | Statement): void {
    switch (item.kind) {
      case "let": {
        const last = value(item.value);
        const { target } = item;
        if (target.kind === "name")
          values.set(target.name.text, target.indices === undefined ? last : operation(item.value));
        else for (const name of target.names) values.set(name.text, operation(item.value));
        return;
      }
      case "use":
        instances.set(item.name.text, item.value);
        return visitInside(item.value);
      case "assign":
        value(item.value);
        values.set(item.name.text, operation(item.value));
        return;
      case "scan":
        for (const carried of item.carried) values.set(carried.name.text, operation(carried.value));
        return item.body.statements.forEach(visit);
      case "output": {
        const last = reads(value(item.value));
        values.set(item.name.text, last);
        outputs.push({ item, last });
        return;
      }
      case "input":
      case "target":
      case "data":
      case "train":
      case "phase":
        return;
      default:
        visitInside(item);
    }
  }
  statements.forEach(visit);
  return { declaration, applications, shared, outputs };
}

function isActivation({ name, value }: Argument): boolean {
  if (name) return name.text === "activation";
  const word = wordName(value);
  return word !== undefined && activations.includes(word.name);
}

/** The last word applied that is not one of `through`. */
export function past(last: Application | undefined, through: readonly string[]): Application | undefined {
  while (applies(last, through)) last = last.from;
  return last;
}

/** Whether one of `words` is what is applied. */
export const applies = (
  application: Application | undefined,
  words: readonly string[],
): application is Application & { readonly word: string } =>
  application?.word !== undefined && words.includes(application.word);
