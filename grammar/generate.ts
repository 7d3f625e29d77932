/** @file Makes from the parser what must agree with it: the types of its concrete syntax tree. */
import { generateCstDts } from "./chevrotain.js";
import type { NetParser } from "./parser.js";

/** The text of `cst.ts`. Every child may be absent, since recovery leaves rules unfinished. */
export function cstTypes(parser: NetParser): string {
  const types = generateCstDts(parser.getGAstProductions(), { includeVisitorInterface: false });
  return (
    "/** @file Generated from the parser (`UPDATE=1 vitest test/grammar`): the types of the concrete syntax tree. */\n" +
    types
      .replace('CstNode, ICstVisitor, IToken } from "chevrotain"', 'CstNode, IToken } from "./chevrotain.js"')
      .replaceAll(/\((\w+)\)\[\]/g, "$1[]")
      .replaceAll(
        /= \{\n([^}]*)\};/g,
        (_, members: string) => `= {\n${members.replaceAll(/^ {2}(\w+)\??: /gm, "  $1?: ")}};`,
      )
  );
}
