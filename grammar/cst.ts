/** @file Generated from the parser (`UPDATE=1 vitest test/grammar`): the types of the concrete syntax tree. */
import type { CstNode, IToken } from "./chevrotain.js";

export interface FileCstNode extends CstNode {
  name: "file";
  children: FileCstChildren;
}

export type FileCstChildren = {
  importDeclaration?: ImportDeclarationCstNode[];
  constDeclaration?: ConstDeclarationCstNode[];
  word?: WordCstNode[];
  model?: ModelCstNode[];
};

export interface ImportDeclarationCstNode extends CstNode {
  name: "importDeclaration";
  children: ImportDeclarationCstChildren;
}

export type ImportDeclarationCstChildren = {
  Import?: IToken[];
  LBrace?: IToken[];
  importItem?: ImportItemCstNode[];
  Comma?: IToken[];
  RBrace?: IToken[];
  From?: IToken[];
  String?: IToken[];
};

export interface ImportItemCstNode extends CstNode {
  name: "importItem";
  children: ImportItemCstChildren;
}

export type ImportItemCstChildren = {
  Name?: IToken[];
  As?: IToken[];
};

export interface ConstDeclarationCstNode extends CstNode {
  name: "constDeclaration";
  children: ConstDeclarationCstChildren;
}

export type ConstDeclarationCstChildren = {
  Const?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface WordCstNode extends CstNode {
  name: "word";
  children: WordCstChildren;
}

export type WordCstChildren = {
  wordHeader?: WordHeaderCstNode[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
  block?: BlockCstNode[];
  gradientClause?: GradientClauseCstNode[];
};

export interface WordHeaderCstNode extends CstNode {
  name: "wordHeader";
  children: WordHeaderCstChildren;
}

export type WordHeaderCstChildren = {
  Kind?: IToken[];
  Name?: IToken[];
  group?: GroupCstNode[];
  Arrow?: IToken[];
  result?: ResultCstNode[];
};

export interface GradientClauseCstNode extends CstNode {
  name: "gradientClause";
  children: GradientClauseCstChildren;
}

export type GradientClauseCstChildren = {
  Gradient?: IToken[];
  Surrogate?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface GroupCstNode extends CstNode {
  name: "group";
  children: GroupCstChildren;
}

export type GroupCstChildren = {
  LParen?: IToken[];
  parameter?: ParameterCstNode[];
  Comma?: IToken[];
  RParen?: IToken[];
};

export interface ParameterCstNode extends CstNode {
  name: "parameter";
  children: ParameterCstChildren;
}

export type ParameterCstChildren = {
  Name?: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface TypeCstNode extends CstNode {
  name: "type";
  children: TypeCstChildren;
}

export type TypeCstChildren = {
  shape?: ShapeCstNode[];
  namedType?: NamedTypeCstNode[];
};

export interface NamedTypeCstNode extends CstNode {
  name: "namedType";
  children: NamedTypeCstChildren;
}

export type NamedTypeCstChildren = {
  Name?: IToken[];
  shape?: ShapeCstNode[];
  Bar?: IToken[];
};

export interface ResultCstNode extends CstNode {
  name: "result";
  children: ResultCstChildren;
}

export type ResultCstChildren = {
  shape?: ShapeCstNode[];
  If?: IToken[];
  expression?: ExpressionCstNode[];
  Then?: IToken[];
  result?: ResultCstNode[];
  Else?: IToken[];
};

export interface ShapeCstNode extends CstNode {
  name: "shape";
  children: ShapeCstChildren;
}

export type ShapeCstChildren = {
  LBracket?: IToken[];
  axis?: AxisCstNode[];
  Comma?: IToken[];
  RBracket?: IToken[];
};

export interface AxisCstNode extends CstNode {
  name: "axis";
  children: AxisCstChildren;
}

export type AxisCstChildren = {
  Ellipsis?: IToken[];
  Name?: IToken[];
  From?: IToken[];
  String?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface BlockCstNode extends CstNode {
  name: "block";
  children: BlockCstChildren;
}

export type BlockCstChildren = {
  LBrace?: IToken[];
  returnStatement?: ReturnStatementCstNode[];
  statement?: StatementCstNode[];
  RBrace?: IToken[];
};

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  letStatement?: LetStatementCstNode[];
  useStatement?: UseStatementCstNode[];
  requireStatement?: RequireStatementCstNode[];
  serveStatement?: ServeStatementCstNode[];
  assignStatement?: AssignStatementCstNode[];
  paramStatement?: ParamStatementCstNode[];
  bufferStatement?: BufferStatementCstNode[];
  stateStatement?: StateStatementCstNode[];
  scanStatement?: ScanStatementCstNode[];
};

export interface ReturnStatementCstNode extends CstNode {
  name: "returnStatement";
  children: ReturnStatementCstChildren;
}

export type ReturnStatementCstChildren = {
  Return?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface LetStatementCstNode extends CstNode {
  name: "letStatement";
  children: LetStatementCstChildren;
}

export type LetStatementCstChildren = {
  Let?: IToken[];
  leftSide?: LeftSideCstNode[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface LeftSideCstNode extends CstNode {
  name: "leftSide";
  children: LeftSideCstChildren;
}

export type LeftSideCstChildren = {
  Name?: IToken[];
  indices?: IndicesCstNode[];
  LBracket?: IToken[];
  Comma?: IToken[];
  RBracket?: IToken[];
};

export interface IndicesCstNode extends CstNode {
  name: "indices";
  children: IndicesCstChildren;
}

export type IndicesCstChildren = {
  LBracket?: IToken[];
  index?: IndexCstNode[];
  Comma?: IToken[];
  RBracket?: IToken[];
};

export interface IndexCstNode extends CstNode {
  name: "index";
  children: IndexCstChildren;
}

export type IndexCstChildren = {
  Ellipsis?: IToken[];
  expression?: ExpressionCstNode[];
  In?: IToken[];
};

export interface UseStatementCstNode extends CstNode {
  name: "useStatement";
  children: UseStatementCstChildren;
}

export type UseStatementCstChildren = {
  Use?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface RequireStatementCstNode extends CstNode {
  name: "requireStatement";
  children: RequireStatementCstChildren;
}

export type RequireStatementCstChildren = {
  Require?: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  String?: IToken[];
};

export interface ServeStatementCstNode extends CstNode {
  name: "serveStatement";
  children: ServeStatementCstChildren;
}

export type ServeStatementCstChildren = {
  Serve?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface AssignStatementCstNode extends CstNode {
  name: "assignStatement";
  children: AssignStatementCstChildren;
}

export type AssignStatementCstChildren = {
  Name?: IToken[];
  Assign?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface ParamStatementCstNode extends CstNode {
  name: "paramStatement";
  children: ParamStatementCstChildren;
}

export type ParamStatementCstChildren = {
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
};

export interface ParamOptionCstNode extends CstNode {
  name: "paramOption";
  children: ParamOptionCstChildren;
}

export type ParamOptionCstChildren = {
  Regularize?: IToken[];
  expression?: ExpressionCstNode[];
  Constrain?: IToken[];
  Frozen?: IToken[];
};

export interface BufferStatementCstNode extends CstNode {
  name: "bufferStatement";
  children: BufferStatementCstChildren;
}

export type BufferStatementCstChildren = {
  Buffer?: IToken[];
  Name?: IToken[];
  Colon?: IToken[];
  shape?: ShapeCstNode[];
  Is?: IToken[];
  Tilde?: IToken[];
  expression?: ExpressionCstNode[];
  when?: WhenCstNode[];
};

export interface StateStatementCstNode extends CstNode {
  name: "stateStatement";
  children: StateStatementCstChildren;
}

export type StateStatementCstChildren = {
  State?: IToken[];
  Name?: IToken[];
  Colon?: IToken[];
  shape?: ShapeCstNode[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
  when?: WhenCstNode[];
};

export interface WhenCstNode extends CstNode {
  name: "when";
  children: WhenCstChildren;
}

export type WhenCstChildren = {
  When?: IToken[];
  expression?: ExpressionCstNode[];
  Else?: IToken[];
};

export interface ScanStatementCstNode extends CstNode {
  name: "scanStatement";
  children: ScanStatementCstChildren;
}

export type ScanStatementCstChildren = {
  scanHeader?: ScanHeaderCstNode[];
  block?: BlockCstNode[];
};

export interface ScanHeaderCstNode extends CstNode {
  name: "scanHeader";
  children: ScanHeaderCstChildren;
}

export type ScanHeaderCstChildren = {
  Scan?: IToken[];
  Name?: IToken[];
  In?: IToken[];
  expression?: ExpressionCstNode[];
  With?: IToken[];
  carried?: CarriedCstNode[];
  Comma?: IToken[];
};

export interface CarriedCstNode extends CstNode {
  name: "carried";
  children: CarriedCstChildren;
}

export type CarriedCstChildren = {
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
  Kept?: IToken[];
  when?: WhenCstNode[];
};

export interface ModelCstNode extends CstNode {
  name: "model";
  children: ModelCstChildren;
}

export type ModelCstChildren = {
  modelHeader?: ModelHeaderCstNode[];
  modelBody?: ModelBodyCstNode[];
};

export interface ModelHeaderCstNode extends CstNode {
  name: "modelHeader";
  children: ModelHeaderCstChildren;
}

export type ModelHeaderCstChildren = {
  Model?: IToken[];
  Name?: IToken[];
};

export interface ModelBodyCstNode extends CstNode {
  name: "modelBody";
  children: ModelBodyCstChildren;
}

export type ModelBodyCstChildren = {
  LBrace?: IToken[];
  modelItem?: ModelItemCstNode[];
  RBrace?: IToken[];
};

export interface ModelItemCstNode extends CstNode {
  name: "modelItem";
  children: ModelItemCstChildren;
}

export type ModelItemCstChildren = {
  statement?: StatementCstNode[];
  port?: PortCstNode[];
  output?: OutputCstNode[];
  objective?: ObjectiveCstNode[];
  optimizer?: OptimizerCstNode[];
  configuration?: ConfigurationCstNode[];
};

export interface PortCstNode extends CstNode {
  name: "port";
  children: PortCstChildren;
}

export type PortCstChildren = {
  Input?: IToken[];
  Target?: IToken[];
  Name?: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
};

export interface OutputCstNode extends CstNode {
  name: "output";
  children: OutputCstChildren;
}

export type OutputCstChildren = {
  Output?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface ObjectiveCstNode extends CstNode {
  name: "objective";
  children: ObjectiveCstChildren;
}

export type ObjectiveCstChildren = {
  Loss?: IToken[];
  Metric?: IToken[];
  Name?: IToken[];
  Is?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface OptimizerCstNode extends CstNode {
  name: "optimizer";
  children: OptimizerCstChildren;
}

export type OptimizerCstChildren = {
  Optimizer?: IToken[];
  expression?: ExpressionCstNode[];
  For?: IToken[];
  path?: PathCstNode[];
  Comma?: IToken[];
};

export interface PathCstNode extends CstNode {
  name: "path";
  children: PathCstChildren;
}

export type PathCstChildren = {
  Name?: IToken[];
  Dot?: IToken[];
};

export interface ConfigurationCstNode extends CstNode {
  name: "configuration";
  children: ConfigurationCstChildren;
}

export type ConfigurationCstChildren = {
  Data?: IToken[];
  Train?: IToken[];
  Phase?: IToken[];
  Name?: IToken[];
  LBrace?: IToken[];
  entry?: EntryCstNode[];
  Comma?: IToken[];
  RBrace?: IToken[];
};

export interface EntryCstNode extends CstNode {
  name: "entry";
  children: EntryCstChildren;
}

export type EntryCstChildren = {
  Name?: IToken[];
  Colon?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  conditional?: ConditionalCstNode[];
  pipe?: PipeCstNode[];
};

export interface ConditionalCstNode extends CstNode {
  name: "conditional";
  children: ConditionalCstChildren;
}

export type ConditionalCstChildren = {
  If?: IToken[];
  expression?: ExpressionCstNode[];
  Then?: IToken[];
  Else?: IToken[];
};

export interface PipeCstNode extends CstNode {
  name: "pipe";
  children: PipeCstChildren;
}

export type PipeCstChildren = {
  operation?: OperationCstNode[];
  Arrow?: IToken[];
  stage?: StageCstNode[];
};

export interface StageCstNode extends CstNode {
  name: "stage";
  children: StageCstChildren;
}

export type StageCstChildren = {
  Name?: IToken[];
  suffix?: SuffixCstNode[];
  Times?: IToken[];
  atom?: AtomCstNode[];
  As?: IToken[];
};

export interface OperationCstNode extends CstNode {
  name: "operation";
  children: OperationCstChildren;
}

export type OperationCstChildren = {
  operand?: OperandCstNode[];
  BinaryOperator?: IToken[];
};

export interface OperandCstNode extends CstNode {
  name: "operand";
  children: OperandCstChildren;
}

export type OperandCstChildren = {
  PrefixOperator?: IToken[];
  atom?: AtomCstNode[];
  suffix?: SuffixCstNode[];
};

export interface SuffixCstNode extends CstNode {
  name: "suffix";
  children: SuffixCstChildren;
}

export type SuffixCstChildren = {
  arguments?: ArgumentsCstNode[];
  subscripts?: SubscriptsCstNode[];
  Dot?: IToken[];
  Name?: IToken[];
};

export interface ArgumentsCstNode extends CstNode {
  name: "arguments";
  children: ArgumentsCstChildren;
}

export type ArgumentsCstChildren = {
  LParen?: IToken[];
  argument?: ArgumentCstNode[];
  Comma?: IToken[];
  RParen?: IToken[];
};

export interface ArgumentCstNode extends CstNode {
  name: "argument";
  children: ArgumentCstChildren;
}

export type ArgumentCstChildren = {
  Name?: IToken[];
  Colon?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface SubscriptsCstNode extends CstNode {
  name: "subscripts";
  children: SubscriptsCstChildren;
}

export type SubscriptsCstChildren = {
  LBracket?: IToken[];
  subscript?: SubscriptCstNode[];
  Comma?: IToken[];
  RBracket?: IToken[];
};

export interface SubscriptCstNode extends CstNode {
  name: "subscript";
  children: SubscriptCstChildren;
}

export type SubscriptCstChildren = {
  Ellipsis?: IToken[];
  slice?: SliceCstNode[];
  expression?: ExpressionCstNode[];
  In?: IToken[];
};

export interface SliceCstNode extends CstNode {
  name: "slice";
  children: SliceCstChildren;
}

export type SliceCstChildren = {
  Colon?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface AtomCstNode extends CstNode {
  name: "atom";
  children: AtomCstChildren;
}

export type AtomCstChildren = {
  Number?: IToken[];
  String?: IToken[];
  Name?: IToken[];
  LParen?: IToken[];
  expression?: ExpressionCstNode[];
  RParen?: IToken[];
  list?: ListCstNode[];
};

export interface ListCstNode extends CstNode {
  name: "list";
  children: ListCstChildren;
}

export type ListCstChildren = {
  LBracket?: IToken[];
  item?: ItemCstNode[];
  Comma?: IToken[];
  RBracket?: IToken[];
};

export interface ItemCstNode extends CstNode {
  name: "item";
  children: ItemCstChildren;
}

export type ItemCstChildren = {
  Ellipsis?: IToken[];
  expression?: ExpressionCstNode[];
};
