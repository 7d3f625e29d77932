/** @file The syntax tree of a `.net` file. Broken text still gives a tree: missing parts are `missing` expressions. */
import type { SourceFile, Span } from "../base/source.js";

/** `text` is empty where the name is missing, which the parser has reported: nothing more is to be said about it. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

interface Spanned {
  readonly span: Span;
}

// ---- Expressions -------------------------------------------------------------------------------------------------

export type UnaryOperator = "-" | "not";
export type BinaryOperator =
  "or" | "and" | "==" | "!=" | "<" | "<=" | ">" | ">=" | ".." | "+" | "-" | "*" | "/" | "@" | "^";

export type Expression = (
  | NumberLiteral
  | StringLiteral
  | NameExpression
  | ListExpression
  | Unary
  | Binary
  | Conditional
  | Call
  | Subscript
  | Member
  | Pipe
  | Missing
) &
  Parenthesised;

interface Parenthesised {
  /** The pairs of parentheses around it, from the innermost, where there are any; its own span is without them. */
  readonly parentheses?: readonly Span[];
}

/** `1`, `2.5e-3`, `80%` (value 0.8), `10deg` (value in radians). */
export interface NumberLiteral extends Spanned {
  readonly kind: "number";
  readonly value: number;
  readonly unit: "deg" | "%" | undefined;
}
export interface StringLiteral extends Spanned {
  readonly kind: "string";
  readonly value: string;
}
export interface NameExpression extends Spanned {
  readonly kind: "name";
  readonly name: string;
}
/** `...` among list items, subscripts or axes. */
export interface Ellipsis extends Spanned {
  readonly kind: "ellipsis";
}
export interface ListExpression extends Spanned {
  readonly kind: "list";
  readonly items: readonly (Expression | Ellipsis)[];
}
export interface Unary extends Spanned {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}
export interface Binary extends Spanned {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** Where the operator stands. */
  readonly operatorSpan: Span;
}
/** `if c then a else b`. */
export interface Conditional extends Spanned {
  readonly kind: "if";
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}
export interface Argument extends Spanned {
  readonly name: Name | undefined;
  readonly value: Expression;
}
/** `callee(a, b, name: c)`; a reducer call `sum[k](body)` has a subscript as callee. */
export interface Call extends Spanned {
  readonly kind: "call";
  readonly callee: Expression;
  readonly arguments: readonly Argument[];
  /** From `(` to `)`. */
  readonly argumentsSpan: Span;
}
/** `value[i, :, 2:5, ..., k in 3]`. */
export interface Subscript extends Spanned {
  readonly kind: "subscript";
  readonly value: Expression;
  readonly subscripts: readonly SubscriptItem[];
}
export type SubscriptItem = Ellipsis | IndexItem | SliceItem;
/** One subscript: an index, or with `range` the binding of an index, as in `max[a in ph]`. */
export interface IndexItem extends Spanned {
  readonly kind: "index";
  readonly value: Expression;
  readonly range: Expression | undefined;
}
export interface SliceItem extends Spanned {
  readonly kind: "slice";
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
}
export interface Member extends Spanned {
  readonly kind: "member";
  readonly value: Expression;
  readonly name: Name;
}
/** `value -> stage -> stage`. */
export interface Pipe extends Spanned {
  readonly kind: "pipe";
  readonly value: Expression;
  readonly stages: readonly Stage[];
}
/** `word(..)(..)[..].member * repeat as name`. */
export interface Stage extends Spanned {
  /** The word with its suffixes: a name, possibly wrapped in calls, subscripts, members. */
  readonly word: Expression;
  readonly repeat: Expression | undefined;
  readonly as: Name | undefined;
}
/** Stands where the text is broken; checks to an error value without a further message. */
export interface Missing extends Spanned {
  readonly kind: "missing";
}

// ---- Types and signatures ----------------------------------------------------------------------------------------

/** `[h, w, c / groups]`, `[..., n]`, `class[from "words.txt"]`. */
export interface Shape extends Spanned {
  readonly axes: readonly ShapeItem[];
}
export type ShapeItem = RestAxes | Expression | FromFile;
/** `...` or `... name`: a row of axes. */
export interface RestAxes extends Spanned {
  readonly kind: "rest";
  readonly name: Name | undefined;
}
export interface FromFile extends Spanned {
  readonly kind: "from";
  readonly path: StringLiteral;
}

export type TypeExpression =
  | ({ readonly kind: "shape"; readonly shape: Shape } & Spanned)
  /** `f32[28, 28]`, `class[10][t]`, `int`, `fn`, `initializer`. */
  | ({ readonly kind: "named"; readonly name: Name; readonly shapes: readonly Shape[] } & Spanned)
  /** `valid | same`. */
  | ({ readonly kind: "options"; readonly options: readonly Name[] } & Spanned);

export type ResultType =
  | ({ readonly kind: "shape"; readonly shape: Shape } & Spanned)
  | ({
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: ResultType;
      readonly otherwise: ResultType;
    } & Spanned);

export interface Parameter extends Spanned {
  readonly name: Name;
  readonly type: TypeExpression | undefined;
  readonly default: Expression | undefined;
}
export interface Group extends Spanned {
  readonly parameters: readonly Parameter[];
}

// ---- Statements --------------------------------------------------------------------------------------------------

/** `when c else v`. */
export interface When extends Spanned {
  readonly condition: Expression;
  readonly otherwise: Expression | undefined;
}
export type Target =
  /** `name` or `name[i, j in n]`. */
  | ({
      readonly kind: "name";
      readonly name: Name;
      readonly indices: readonly (Ellipsis | IndexItem)[] | undefined;
    } & Spanned)
  /** `[a, b, c]`. */
  | ({ readonly kind: "names"; readonly names: readonly Name[] } & Spanned);

interface Documented {
  /** The text of the `///` comment before it, without the slashes. */
  readonly documentation: string | undefined;
}

export type Statement =
  | ReturnStatement
  | LetStatement
  | UseStatement
  | RequireStatement
  | ServeStatement
  | AssignStatement
  | ParamStatement
  | BufferStatement
  | StateStatement
  | ScanStatement;

export interface ReturnStatement extends Spanned {
  readonly kind: "return";
  readonly value: Expression;
}
export interface LetStatement extends Spanned, Documented {
  readonly kind: "let";
  readonly target: Target;
  readonly type: TypeExpression | undefined;
  readonly value: Expression;
}
export interface UseStatement extends Spanned, Documented {
  readonly kind: "use";
  readonly name: Name;
  readonly value: Expression;
}
export interface RequireStatement extends Spanned {
  readonly kind: "require";
  readonly condition: Expression;
  readonly message: StringLiteral;
}
export interface ServeStatement extends Spanned {
  readonly kind: "serve";
  readonly value: Expression;
}
/** `name <- value`. */
export interface AssignStatement extends Spanned {
  readonly kind: "assign";
  readonly name: Name;
  readonly value: Expression;
}
/** `param kernel[i, j]: [n, units] ~ glorot_uniform, regularize r, constrain c, frozen when use_bias else 0`. */
export interface ParamStatement extends Spanned, Documented {
  readonly kind: "param";
  readonly name: Name;
  readonly indices: readonly (Ellipsis | IndexItem)[] | undefined;
  readonly shape: Shape;
  readonly initializer: Expression;
  readonly options: readonly ParamOption[];
  readonly when: When | undefined;
}
export type ParamOption =
  | ({ readonly kind: "regularize" | "constrain"; readonly value: Expression } & Spanned)
  | ({ readonly kind: "frozen" } & Spanned);
/** `buffer name: [n] = value` or `~ initializer`. */
export interface BufferStatement extends Spanned, Documented {
  readonly kind: "buffer";
  readonly name: Name;
  readonly shape: Shape;
  readonly initial: { readonly kind: "value" | "initializer"; readonly value: Expression };
  readonly when: When | undefined;
}
export interface StateStatement extends Spanned, Documented {
  readonly kind: "state";
  readonly name: Name;
  readonly shape: Shape | undefined;
  readonly value: Expression;
  readonly when: When | undefined;
}
export interface Carried extends Spanned {
  readonly name: Name;
  readonly value: Expression;
  /** `kept` or `kept when c`. */
  readonly kept: boolean;
  readonly when: When | undefined;
}
export interface ScanStatement extends Spanned {
  readonly kind: "scan";
  readonly index: Name;
  readonly range: Expression;
  readonly carried: readonly Carried[];
  readonly body: Block;
}
export interface Block extends Spanned {
  readonly statements: readonly Statement[];
}

// ---- Declarations ------------------------------------------------------------------------------------------------

export const wordKinds = [
  "fn",
  "layer",
  "loss",
  "metric",
  "optimizer",
  "schedule",
  "initializer",
  "regularizer",
  "constraint",
] as const;
export type WordKind = (typeof wordKinds)[number];

export interface ImportItem extends Spanned {
  readonly name: Name;
  readonly as: Name | undefined;
}
export interface ImportDeclaration extends Spanned {
  readonly kind: "import";
  readonly items: readonly ImportItem[];
  readonly from: StringLiteral;
}
export interface ConstDeclaration extends Spanned, Documented {
  readonly kind: "const";
  readonly name: Name;
  readonly value: Expression;
}
export interface GradientClause extends Spanned {
  readonly kind: "gradient" | "surrogate";
  readonly name: Name;
  readonly value: Expression;
}
/** `kind name(settings)(values) -> result = expression | block`, with gradient clauses. */
export interface WordDeclaration extends Spanned, Documented {
  readonly kind: "word";
  readonly word: WordKind;
  readonly name: Name;
  /** Undefined where the word has one group only (that group is `values`). */
  readonly settings: Group | undefined;
  readonly values: Group | undefined;
  readonly result: ResultType | undefined;
  readonly body: Expression | Block;
  readonly gradients: readonly GradientClause[];
}

export type ModelItem =
  Exclude<Statement, ReturnStatement> | PortItem | OutputItem | ObjectiveItem | OptimizerItem | ConfigurationItem;

/** `input image: f32[28, 28, 1]`, `target label: class[10]`. */
export interface PortItem extends Spanned, Documented {
  readonly kind: "input" | "target";
  readonly name: Name;
  readonly type: TypeExpression;
}
export interface OutputItem extends Spanned, Documented {
  readonly kind: "output";
  readonly name: Name;
  readonly value: Expression;
}
/** `loss [name =] expr`, `metric [name =] expr`. */
export interface ObjectiveItem extends Spanned, Documented {
  readonly kind: "loss" | "metric";
  readonly name: Name | undefined;
  readonly value: Expression;
}
/** `optimizer chain for trunk, head.kernel`. */
export interface OptimizerItem extends Spanned {
  readonly kind: "optimizer";
  readonly value: Expression;
  readonly paths: readonly (readonly Name[])[];
}
/** `data { .. }`, `train { .. }`, `phase name { .. }`: entries `key [name]: value`. */
export interface ConfigurationItem extends Spanned {
  readonly kind: "data" | "train" | "phase";
  readonly name: Name | undefined;
  readonly entries: readonly ConfigurationEntry[];
}
export interface ConfigurationEntry extends Spanned {
  readonly key: Name;
  readonly name: Name | undefined;
  readonly value: Expression;
}
export interface ModelDeclaration extends Spanned, Documented {
  readonly kind: "model";
  readonly name: Name;
  readonly items: readonly ModelItem[];
}

export type Declaration = ImportDeclaration | ConstDeclaration | WordDeclaration | ModelDeclaration;

export interface Comment extends Spanned {
  readonly text: string;
  readonly documentation: boolean;
}
export interface File extends Spanned {
  readonly source: SourceFile;
  readonly declarations: readonly Declaration[];
  readonly comments: readonly Comment[];
}
