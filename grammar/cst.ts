/** @file Generated from the parser (UPDATE=1 vitest run test/grammar): the types of the concrete syntax tree. */
import type { CstNode, IToken } from "./chevrotain.js";

/** Every child may be absent, since recovery leaves rules unfinished. */
interface Cst<Children extends CstNode["children"]> extends CstNode {
  children: Children;
}

export type ExpressionCstNode = Cst<{
  conditional?: ConditionalCstNode[];
  pipe?: PipeCstNode[];
}>;

export type ConditionalCstNode = Cst<{
  If?: IToken[];
  expression?: ExpressionCstNode[];
  Then?: IToken[];
  Else?: IToken[];
}>;

export type PipeCstNode = Cst<{
  operation?: OperationCstNode[];
  Arrow?: IToken[];
  stage?: StageCstNode[];
}>;

export type StageCstNode = Cst<{
  Name?: IToken[];
  suffix?: SuffixCstNode[];
  Times?: IToken[];
  atom?: AtomCstNode[];
  As?: IToken[];
}>;

export type OperationCstNode = Cst<{
  operand?: OperandCstNode[];
  BinaryOperator?: IToken[];
}>;

export type OperandCstNode = Cst<{
  PrefixOperator?: IToken[];
  atom?: AtomCstNode[];
  suffix?: SuffixCstNode[];
}>;

export type SuffixCstNode = Cst<{
  arguments?: ArgumentsCstNode[];
  subscripts?: SubscriptsCstNode[];
  Dot?: IToken[];
  Name?: IToken[];
}>;

export type ArgumentsCstNode = Cst<{
  LParen?: IToken[];
  argument?: ArgumentCstNode[];
  Comma?: IToken[];
  RParen?: IToken[];
}>;

export type ArgumentCstNode = Cst<{
  Name?: IToken[];
  Colon?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type SubscriptsCstNode = Cst<{
  LBracket?: IToken[];
  subscript?: SubscriptCstNode[];
  Comma?: IToken[];
  RBracket?: IToken[];
}>;

export type SubscriptCstNode = Cst<{
  Ellipsis?: IToken[];
  slice?: SliceCstNode[];
  expression?: ExpressionCstNode[];
  In?: IToken[];
}>;

export type SliceCstNode = Cst<{
  Colon?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type AtomCstNode = Cst<{
  Number?: IToken[];
  String?: IToken[];
  Name?: IToken[];
  LParen?: IToken[];
  expression?: ExpressionCstNode[];
  RParen?: IToken[];
  list?: ListCstNode[];
}>;

export type ListCstNode = Cst<{
  LBracket?: IToken[];
  item?: ItemCstNode[];
  Comma?: IToken[];
  RBracket?: IToken[];
}>;

export type ItemCstNode = Cst<{
  Ellipsis?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type TypeCstNode = Cst<{
  shape?: ShapeCstNode[];
  namedType?: NamedTypeCstNode[];
}>;

export type NamedTypeCstNode = Cst<{
  Name?: IToken[];
  shape?: ShapeCstNode[];
  Bar?: IToken[];
}>;

export type ResultCstNode = Cst<{
  shape?: ShapeCstNode[];
  If?: IToken[];
  expression?: ExpressionCstNode[];
  Then?: IToken[];
  result?: ResultCstNode[];
  Else?: IToken[];
}>;

export type ShapeCstNode = Cst<{
  LBracket?: IToken[];
  axis?: AxisCstNode[];
  Comma?: IToken[];
  RBracket?: IToken[];
}>;

export type AxisCstNode = Cst<{
  Ellipsis?: IToken[];
  Name?: IToken[];
  From?: IToken[];
  String?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type BlockCstNode = Cst<{
  LBrace?: IToken[];
  returnStatement?: ReturnStatementCstNode[];
  statement?: StatementCstNode[];
  RBrace?: IToken[];
}>;

export type StatementCstNode = Cst<{
  letStatement?: LetStatementCstNode[];
  useStatement?: UseStatementCstNode[];
  requireStatement?: RequireStatementCstNode[];
  serveStatement?: ServeStatementCstNode[];
  assignStatement?: AssignStatementCstNode[];
  paramStatement?: ParamStatementCstNode[];
  bufferStatement?: BufferStatementCstNode[];
  stateStatement?: StateStatementCstNode[];
  scanStatement?: ScanStatementCstNode[];
}>;

export type ReturnStatementCstNode = Cst<{
  Return?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type LetStatementCstNode = Cst<{
  Let?: IToken[];
  leftSide?: LeftSideCstNode[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type LeftSideCstNode = Cst<{
  Name?: IToken[];
  indices?: IndicesCstNode[];
  LBracket?: IToken[];
  Comma?: IToken[];
  RBracket?: IToken[];
}>;

export type IndicesCstNode = Cst<{
  LBracket?: IToken[];
  index?: IndexCstNode[];
  Comma?: IToken[];
  RBracket?: IToken[];
}>;

export type IndexCstNode = Cst<{
  Ellipsis?: IToken[];
  expression?: ExpressionCstNode[];
  In?: IToken[];
}>;

export type UseStatementCstNode = Cst<{
  Use?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type RequireStatementCstNode = Cst<{
  Require?: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  String?: IToken[];
}>;

export type ServeStatementCstNode = Cst<{
  Serve?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type AssignStatementCstNode = Cst<{
  Name?: IToken[];
  Assign?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type ParamStatementCstNode = Cst<{
  Param?: IToken[];
  Name?: IToken[];
  indices?: IndicesCstNode[];
  Colon?: IToken[];
  shape?: ShapeCstNode[];
  Tilde?: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  paramOption?: ParamOptionCstNode[];
  when?: WhenCstNode[];
}>;

export type ParamOptionCstNode = Cst<{
  Regularize?: IToken[];
  expression?: ExpressionCstNode[];
  Constrain?: IToken[];
  Frozen?: IToken[];
}>;

export type BufferStatementCstNode = Cst<{
  Buffer?: IToken[];
  Name?: IToken[];
  Colon?: IToken[];
  shape?: ShapeCstNode[];
  Is?: IToken[];
  Tilde?: IToken[];
  expression?: ExpressionCstNode[];
  when?: WhenCstNode[];
}>;

export type StateStatementCstNode = Cst<{
  State?: IToken[];
  Name?: IToken[];
  Colon?: IToken[];
  shape?: ShapeCstNode[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
  when?: WhenCstNode[];
}>;

export type WhenCstNode = Cst<{
  When?: IToken[];
  expression?: ExpressionCstNode[];
  Else?: IToken[];
}>;

export type ScanStatementCstNode = Cst<{
  scanHeader?: ScanHeaderCstNode[];
  block?: BlockCstNode[];
}>;

export type ScanHeaderCstNode = Cst<{
  Scan?: IToken[];
  Name?: IToken[];
  In?: IToken[];
  expression?: ExpressionCstNode[];
  With?: IToken[];
  carried?: CarriedCstNode[];
  Comma?: IToken[];
}>;

export type CarriedCstNode = Cst<{
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
  Kept?: IToken[];
  when?: WhenCstNode[];
}>;

export type FileCstNode = Cst<{
  importDeclaration?: ImportDeclarationCstNode[];
  constDeclaration?: ConstDeclarationCstNode[];
  word?: WordCstNode[];
  model?: ModelCstNode[];
}>;

export type ImportDeclarationCstNode = Cst<{
  Import?: IToken[];
  LBrace?: IToken[];
  importItem?: ImportItemCstNode[];
  Comma?: IToken[];
  RBrace?: IToken[];
  From?: IToken[];
  String?: IToken[];
}>;

export type ImportItemCstNode = Cst<{
  Name?: IToken[];
  As?: IToken[];
}>;

export type ConstDeclarationCstNode = Cst<{
  Const?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type WordCstNode = Cst<{
  wordHeader?: WordHeaderCstNode[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
  block?: BlockCstNode[];
  gradientClause?: GradientClauseCstNode[];
}>;

export type WordHeaderCstNode = Cst<{
  Kind?: IToken[];
  Name?: IToken[];
  group?: GroupCstNode[];
  Arrow?: IToken[];
  result?: ResultCstNode[];
}>;

export type GradientClauseCstNode = Cst<{
  Gradient?: IToken[];
  Surrogate?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type GroupCstNode = Cst<{
  LParen?: IToken[];
  parameter?: ParameterCstNode[];
  Comma?: IToken[];
  RParen?: IToken[];
}>;

export type ParameterCstNode = Cst<{
  Name?: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type ModelCstNode = Cst<{
  modelHeader?: ModelHeaderCstNode[];
  modelBody?: ModelBodyCstNode[];
}>;

export type ModelHeaderCstNode = Cst<{
  Model?: IToken[];
  Name?: IToken[];
}>;

export type ModelBodyCstNode = Cst<{
  LBrace?: IToken[];
  modelItem?: ModelItemCstNode[];
  RBrace?: IToken[];
}>;

export type ModelItemCstNode = Cst<{
  statement?: StatementCstNode[];
  port?: PortCstNode[];
  output?: OutputCstNode[];
  objective?: ObjectiveCstNode[];
  optimizer?: OptimizerCstNode[];
  configuration?: ConfigurationCstNode[];
}>;

export type PortCstNode = Cst<{
  Input?: IToken[];
  Target?: IToken[];
  Name?: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
}>;

export type OutputCstNode = Cst<{
  Output?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type ObjectiveCstNode = Cst<{
  Loss?: IToken[];
  Metric?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
}>;

export type OptimizerCstNode = Cst<{
  Optimizer?: IToken[];
  expression?: ExpressionCstNode[];
  For?: IToken[];
  path?: PathCstNode[];
  Comma?: IToken[];
}>;

export type PathCstNode = Cst<{
  Name?: IToken[];
  Dot?: IToken[];
}>;

export type ConfigurationCstNode = Cst<{
  Data?: IToken[];
  Train?: IToken[];
  Phase?: IToken[];
  Name?: IToken[];
  LBrace?: IToken[];
  entry?: EntryCstNode[];
  Comma?: IToken[];
  RBrace?: IToken[];
}>;

export type EntryCstNode = Cst<{
  Name?: IToken[];
  Colon?: IToken[];
  expression?: ExpressionCstNode[];
}>;
