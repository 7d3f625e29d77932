/** @file Makes the types of the concrete syntax tree from the parser. */
import { generateCstDts } from "./chevrotain.js";
import type { NetParser } from "./parser.js";

const head = `/** @file Generated from the parser (UPDATE=1 vitest run test/grammar): the types of the concrete syntax tree. */
import type { CstNode, IToken } from "./chevrotain.js";

/** Every child may be absent, since recovery leaves rules unfinished. */
interface Cst<Children extends CstNode["children"]> extends CstNode {
  children: Children;
}
`;

/** The text of `cst.ts`: chevrotain's own types, one declaration for each rule. */
export function cstTypes(parser: NetParser): string {
  const types = generateCstDts(parser.getGAstProductions(), { includeVisitorInterface: false });
  const rules = [...types.matchAll(/export type (\w+)CstChildren = \{\n([^}]*)\};/g)].map(
    ([, name = "", members = ""]) =>
      `export type ${name}CstNode = Cst<{\n${members.replaceAll(/^ {2}(\w+)\??: \(?(\w+)\)?\[\];/gm, "  $1?: $2[];")}}>;\n`,
  );
  return [head, ...rules].join("\n");
}
